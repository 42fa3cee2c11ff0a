// Runs before Streamlit: where the server is (so that a deep link asks no wrong address first), the page's language,
// answers drawn at once, links that open a record in place, buttons that copy, periods drawn over a figure, figures that Plotly draws.
window.__streamlit = { BACKEND_BASE_URL: location.origin + "%PREFIX%/" };
// Streamlit sends a run as forty messages, and its page draws itself anew for each few that arrive. They are given to it together, when
// the run has ended (field 6 of a ForwardMsg) or a tenth of a second has passed, so that it draws once.
window.WebSocket = class extends WebSocket {
  addEventListener(name, listener, ...how) {
    if (name !== "message") return super.addEventListener(name, listener, ...how);
    let held = [], timer = 0;
    const give = () => { clearTimeout(timer); timer = 0; for (const message of held.splice(0)) listener.call(this, message); };
    const ends = (bytes) => {
      let at = 0;
      const number = () => { let n = 0, weight = 1, byte; do { byte = bytes[at++]; n += (byte & 127) * weight; weight *= 128; } while (byte & 128); return n; };
      while (at < bytes.length) {
        const tag = number(), kind = tag & 7;
        if (tag >> 3 === 6) return true;
        if (kind === 0) number(); else if (kind === 2) { const length = number(); at += length; } else at += kind === 5 ? 4 : 8;
      }
      return false;
    };
    return super.addEventListener(name, (message) => {
      held.push(message);
      if (!(message.data instanceof ArrayBuffer) || ends(new Uint8Array(message.data))) give();
      else timer ||= setTimeout(give, 100);
    }, ...how);
  }
};
(function () {
  const say = () => {
    document.documentElement.lang = new URLSearchParams(location.search).get("lang") || "en";
    document.documentElement.dataset.page = location.pathname.split("/").pop() || "overview";
  };
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function () { const result = original.apply(this, arguments); say(); ring(); return result; };
  }
  // The mark of the record that is open has a ring, in figures that stay as they are when the next record is opened.
  const ring = () => {
    for (const old of document.querySelectorAll(".t-ring")) old.remove();
    const id = new URLSearchParams(location.search).get("id");
    if (!id) return;
    for (const glyph of document.querySelectorAll(`.t-drawn a[href$="id=${CSS.escape(encodeURIComponent(id))}"] > :is(polygon, circle, rect)[stroke]`)) {
      const { x, y, width, height } = glyph.getBBox();
      if (width < 9) continue;  // the end of a state, which is a smaller mark of the same record
      const circle = document.createElementNS(glyph.namespaceURI, "circle"), r = Math.max(width, height) / 2 + 5;
      const look = { cx: x + width / 2, cy: y + height / 2, r, transform: glyph.getAttribute("transform") ?? "", class: "t-ring" };
      for (const [name, value] of Object.entries(look)) circle.setAttribute(name, value);
      glyph.after(circle);
    }
  };
  addEventListener("popstate", () => { say(); ring(); });
  say();
  // A story on the screen brings its own style and script, fetched when one is first shown.
  const watching = new MutationObserver(() => {
    if (!location.pathname.endsWith("/present") || !document.querySelector(".t-deck")) return;
    watching.disconnect();
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "%PRESENT_CSS%" });
    style.onload = () => document.head.append(Object.assign(document.createElement("script"), { src: "%PRESENT_JS%" }));
    document.head.append(style);
  });
  watching.observe(document, { childList: true, subtree: true });
  // Streamlit runs a page anew when the history moves: the same as Back, without loading anything.
  const go = (address) => { history.pushState(null, "", address); dispatchEvent(new PopStateEvent("popstate")); };
  let drawn = null, brushed = false, kept_focus = null;
  // An option is drawn anew when it is chosen; who pressed it stays on it. Space ticks it, as it does any box.
  const pressed = (link) => { kept_focus = link.dataset.keep && document.activeElement === link ? link : null; };
  const refocus = () => {
    if (!kept_focus || kept_focus.isConnected) return;
    const now = [...document.querySelectorAll("[data-keep]")].find((link) => link.dataset.keep === kept_focus.dataset.keep);
    kept_focus = null;
    now?.focus({ preventScroll: true });
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target.matches?.("a[role=checkbox]")) { event.preventDefault(); event.target.click(); }
  });
  // An open filter's options stand at the end of the document: Tab goes from its button into them, and behind it when they end.
  document.addEventListener("keydown", (event) => {
    const body = event.key === "Tab" && document.querySelector("[data-testid=stPopoverBody]");
    const button = body && document.querySelector("[data-testid=stPopoverButton][aria-expanded=true]"), at = document.activeElement;
    if (!button) return;
    const stops = [...body.querySelectorAll("a[href], button, input, [tabindex='0']")].filter((one) => one.checkVisibility());
    if (event.shiftKey ? at === stops[0] : at === button && stops.length) { event.preventDefault(); (event.shiftKey ? button : stops[0]).focus(); }
    else if (!event.shiftKey && at === stops.at(-1)) button.focus();  // from where the browser takes the step itself
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]"), copy = event.target.closest?.(".t-copy button");
    if (link && !link.dataset.testid && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
      const to = new URL(link.getAttribute("href"), document.baseURI);
      const pages = [location.pathname, ...[...document.querySelectorAll("[data-testid=stTopNavLink]")].map((a) => a.pathname)];
      if (brushed) event.preventDefault();
      else if (to.origin === location.origin && !to.hash && pages.includes(to.pathname)) { event.preventDefault(); pressed(link); go(to); }
    }
    if (copy) {
      const code = copy.parentElement.querySelector("code"), was = copy.textContent;
      getSelection().selectAllChildren(code);
      // A page served without TLS has no clipboard but this one.
      const done = navigator.clipboard ? navigator.clipboard.writeText(code.textContent) : Promise.resolve(document.execCommand("copy"));
      done.then(() => { copy.textContent = copy.dataset.copied; setTimeout(() => { copy.textContent = was; }, 2000); }, () => {});
    }
  });
  // A mark on a map, which is a frame of its own, opens its record in the same way.
  addEventListener("message", ({ origin, data }) => { if (origin === location.origin && data?.tamshy === "go") go(new URL(data.to, document.baseURI)); });
  // Years one after another: each is a link, asked for only when the one before stands, at most one in 1.5 s and none unseen.
  let playing = 0, stepped = 0;
  const pause = () => { clearInterval(playing); playing = 0; document.documentElement.removeAttribute("data-playing"); };
  const step = (again) => {
    const button = document.querySelector(".t-play button");
    if (!button || document.hidden) return pause();
    if (!again && (performance.now() - stepped < 1500 || document.querySelector("[data-test-script-state]")?.dataset.testScriptState !== "notRunning")) return;
    const [first, last] = button.dataset.years.split(" ").map(Number), at = Number(new URLSearchParams(location.search).get("year")) || last;
    if (at >= last && !again) return pause();
    const to = button.dataset.play.replace("YEAR", at >= last ? first : at + 1);
    stepped = performance.now();
    if (again) return go(to);
    // One step Back leads to where the play began, not through every year of it.
    history.replaceState(null, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.(".t-play button")) return;
    if (playing) return pause();
    step(true);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    document.documentElement.dataset.playing = "";
    playing = setInterval(step, 100);
  });
  // A period drawn with the mouse over a figure of time: `data-brush` is the address, `data-span` the first and last day in ms.
  const day = (box, x) => {
    const [first, last] = box.dataset.span.split(" ").map(Number), { left, width } = box.getBoundingClientRect();
    return first + Math.min(Math.max((x - left) / width, 0), 1) * (last - first);
  };
  document.addEventListener("pointerdown", (event) => {
    const box = event.pointerType === "mouse" && event.button === 0 && event.target.closest?.(".t-drawn[data-brush]");
    brushed = false;
    drawn = box ? { box, from: event.clientX, mark: null } : null;
  });
  document.addEventListener("pointermove", (event) => {
    if (!drawn || Math.abs(event.clientX - drawn.from) < 6) return;
    const { left } = drawn.box.getBoundingClientRect();
    drawn.mark ??= drawn.box.appendChild(Object.assign(document.createElement("i"), { className: "t-brush" }));
    drawn.mark.style.left = `${Math.min(drawn.from, event.clientX) - left}px`;
    drawn.mark.style.width = `${Math.abs(event.clientX - drawn.from)}px`;
    event.preventDefault();
  });
  document.addEventListener("pointerup", (event) => {
    if (drawn?.mark) {
      const [since, until] = [drawn.from, event.clientX].map((x) => day(drawn.box, x)).sort((a, b) => a - b).map((ms) => new Date(ms).toISOString().slice(0, 10));
      brushed = true;
      drawn.mark.remove();
      go(drawn.box.dataset.brush.replace("SINCE", since).replace("UNTIL", until));
    }
    drawn = null;
  });
  // A figure left as data: Plotly's small build draws it, after the map if there is one, because a map is what a reader looks for first.
  const kept = new Map();
  let plotly = null;
  const ready = (box, tries) => {
    const map = document.querySelector(".st-key-map"), inside = map?.querySelector("iframe")?.contentDocument?.documentElement?.dataset;
    if (map && !window.Plotly && tries > 0 && !(inside?.view && inside?.basemap && inside?.context)) { setTimeout(() => ready(box, tries - 1), 40); return; }
    plotly ??= new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: box.dataset.src, onload: resolve, onerror: reject });
      document.head.append(script);
    });
    plotly.then(() => {
      const { key, figure, opens } = box.dataset, { data, layout } = JSON.parse(figure);
      const graph = kept.get(key) ?? document.createElement("div");
      graph.setAttribute("aria-hidden", "true");
      graph.dataset.opens = opens;  // of the selection as it is now; the figure outlives it
      box.replaceChildren(graph);
      Plotly.react(graph, data, layout, { displayModeBar: false });
      new ResizeObserver(() => { if (graph.isConnected) Plotly.Plots.resize(graph); }).observe(box);
      if (!kept.has(key)) graph.on("plotly_click", ({ points }) => { const id = points[0].customdata; if (id) go(graph.dataset.opens + encodeURIComponent(id)); });
      kept.set(key, graph);
    });
  };
  new MutationObserver(() => {
    // A drawing comes as text, because Streamlit strips SVG from HTML; the server has escaped every word in it.
    const boxes = document.querySelectorAll(".t-drawn:empty");
    for (const box of boxes) box.innerHTML = (box.dataset.svg ?? "").replaceAll("\ue000", "<");
    if (boxes.length) ring();
    for (const box of document.querySelectorAll(".t-plotly:empty:not([data-seen])")) { box.dataset.seen = "1"; ready(box, 100); }
    refocus();
  }).observe(document, { subtree: true, childList: true });
})();
