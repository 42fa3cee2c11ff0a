// Runs before Streamlit: where the server is (so that a deep link asks no wrong address first), the page's language,
// links that open a record in place, buttons that copy, periods drawn over a figure, and figures that Plotly draws.
window.__streamlit = { BACKEND_BASE_URL: location.origin + "%PREFIX%/" };
(function () {
  const say = () => { document.documentElement.lang = new URLSearchParams(location.search).get("lang") || "en"; };
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function () { const result = original.apply(this, arguments); say(); return result; };
  }
  addEventListener("popstate", say);
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
  let drawn = null, brushed = false;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]"), copy = event.target.closest?.(".t-copy button");
    if (link && !link.dataset.testid && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
      const to = new URL(link.getAttribute("href"), document.baseURI);
      const pages = [location.pathname, ...[...document.querySelectorAll("[data-testid=stTopNavLink]")].map((a) => a.pathname)];
      if (brushed) event.preventDefault();
      else if (to.origin === location.origin && !to.hash && pages.includes(to.pathname)) { event.preventDefault(); go(to); }
    }
    if (copy) {
      const code = copy.parentElement.querySelector("code"), was = copy.textContent;
      getSelection().selectAllChildren(code);
      // A page served without TLS has no clipboard but this one.
      const done = navigator.clipboard ? navigator.clipboard.writeText(code.textContent) : Promise.resolve(document.execCommand("copy"));
      done.then(() => { copy.textContent = copy.dataset.copied; setTimeout(() => { copy.textContent = was; }, 2000); }, () => {});
    }
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
    if (map && tries > 0 && !(inside?.view && inside?.basemap && inside?.context)) { setTimeout(() => ready(box, tries - 1), 40); return; }
    plotly ??= new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: box.dataset.src, onload: resolve, onerror: reject });
      document.head.append(script);
    });
    plotly.then(() => {
      const { key, figure, opens } = box.dataset, { data, layout } = JSON.parse(figure);
      const graph = kept.get(key) ?? document.createElement("div");
      graph.setAttribute("aria-hidden", "true");
      box.replaceChildren(graph);
      Plotly.react(graph, data, layout, { displayModeBar: false });
      new ResizeObserver(() => { if (graph.isConnected) Plotly.Plots.resize(graph); }).observe(box);
      if (!kept.has(key)) graph.on("plotly_click", ({ points }) => { const id = points[0].customdata; if (id) go(opens + encodeURIComponent(id)); });
      kept.set(key, graph);
    });
  };
  new MutationObserver(() => {
    // A drawing comes as text, because Streamlit strips SVG from HTML; the server has escaped every word in it.
    for (const box of document.querySelectorAll(".t-drawn:empty")) box.innerHTML = (box.dataset.svg ?? "").replaceAll("\ue000", "<");
    for (const box of document.querySelectorAll(".t-plotly:empty:not([data-seen])")) { box.dataset.seen = "1"; ready(box, 100); }
  }).observe(document, { subtree: true, childList: true });
})();
