/* A story on a screen: one step at a time, turned by a key, a clicker, a button or a swipe, beside one map and one timeline.
 *
 * The page (ui/present.py) brings every step as text and, in `data-scenes`, what each shows; the server is not asked between two
 * steps, so a slow or lost connection turns no page slower. Text from data only ever becomes text nodes.
 */
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const { INK, glyph, drawBasemap, makeLabels } = window.tamshy.parts;
  const KEYS = {
    ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, n: 1,
    ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Backspace: -1, p: -1,
  };

  function element(tag, className, text) {
    const e = document.createElement(tag);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  }
  /** A colour of the vocabulary, lighter on a dark screen: its inks were chosen for paper. */
  function tone(colour, theme) {
    return theme === "dark" ? `color-mix(in oklab, ${colour}, white 40%)` : colour;
  }
  function svg(tag, attributes, text) {
    const e = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
    if (text !== undefined) e.textContent = text;
    return e;
  }

  // ── the map ─────────────────────────────────────────────────────────────────────────────────────
  function makeMap(box, options) {
    const ink = INK[options.theme], touch = matchMedia("(pointer: coarse)").matches;
    const map = L.map(box, { keyboard: false, zoomControl: false, scrollWheelZoom: false, dragging: !touch, touchZoom: !touch, doubleClickZoom: false, boxZoom: false, minZoom: 3, maxZoom: 12, zoomSnap: 0.5, fadeAnimation: false, zoomAnimation: false, markerZoomAnimation: false, preferCanvas: true });
    box.style.background = ink.sea;
    box.removeAttribute("tabindex");
    map.attributionControl.setPrefix(false).addAttribution(options.credit);
    map.createPane("basemap").style.zIndex = 150;
    map.setView(options.centre, options.zoom);
    const state = {
      map, ink, options, labels: [], ownLabels: [], visible: { names: true },
      quiet: L.layerGroup().addTo(map), hot: L.layerGroup().addTo(map), canvas: L.canvas({ padding: 0.4 }),
      painted: (what) => { box.dataset[what] = "painted"; },
    };
    state.placeLabels = makeLabels(state);
    drawBasemap(state);
    // On a phone the foot of the map is full of credit and names.
    L.control.scale({ imperial: false, position: window.innerWidth < 520 ? "topright" : "bottomright" }).addTo(map);
    return state;
  }

  function showMap(state, scene) {
    const { map, ink } = state;
    state.quiet.clearLayers();
    state.hot.clearLayers();
    // Where a step points to nothing, what its link selects is what it tells of.
    const told = !scene.hot.length && !scene.bars.length, quiet = told ? { radius: 8, weight: 2, color: ink.halo, fillColor: tone("#B8431B", state.options.theme), fillOpacity: 0.9 } : { radius: 4, weight: 1, color: ink.label, fillColor: ink.label, fillOpacity: 0.25, opacity: 0.5 };
    for (const at of scene.quiet) L.circleMarker(at, { ...quiet, interactive: false, renderer: state.canvas }).addTo(state.quiet);
    state.ownLabels = state.options.assets.map((asset) => ({ at: asset.at, name: asset.name, kind: "field", rank: 3, from: 5, beside: true, off: 11 }));
    for (const asset of state.options.assets) {
      const mark = element("span", "asset");
      mark.append(glyph("diamond", ink.label, 15));
      L.marker(asset.at, { icon: L.divIcon({ html: mark, className: "", iconSize: [17, 17] }), interactive: false, keyboard: false, zIndexOffset: -500 }).addTo(state.quiet);
    }
    // Letters of the names that are told are wider than those of the map.
    const big = Math.max(8, Math.min(12.5, window.innerWidth / 155)), box = L.latLngBounds([]);
    for (const spot of scene.hot) {
      if (spot.radius) {
        const disc = L.circle(spot.at, { radius: spot.radius, color: ink.label, weight: 1.2, dashArray: "2 5", fill: false, interactive: false });
        disc.addTo(state.hot);
        box.extend(disc.getBounds());
      }
      const mark = element("span", "hot");
      mark.append(glyph(spot.glyph || "circle", tone(spot.colour, state.options.theme), 30));
      const icon = L.marker(spot.at, { icon: L.divIcon({ html: mark, className: "", iconSize: [38, 38] }), interactive: false, keyboard: false, alt: spot.name });
      icon.addTo(state.hot);
      box.extend(spot.at);
      state.ownLabels.push({ at: spot.at, name: spot.name, kind: "told", rank: -1, from: 0, beside: true, off: 23, size: big });
    }
    if (!box.isValid()) for (const at of scene.quiet) box.extend(at);
    // A label beside a mark that is clamped to the edge would be cut: leave room for a name on every side.
    if (box.isValid()) map.fitBounds(box, { paddingTopLeft: [70, 46], paddingBottomRight: [110, 46], maxZoom: 9, animate: false });
    else map.setView(state.options.centre, state.options.zoom, { animate: false });
    state.placeLabels();
  }

  // ── the timeline ────────────────────────────────────────────────────────────────────────────────
  function drawTime(box, scene, options) {
    const width = box.clientWidth, narrow = width < 520, size = narrow ? 14 : Math.max(15, Math.min(26, width / 44));
    const paint = (colour) => tone(colour, options.theme);
    const rows = scene.bars.length, line = size * 2.75, top = 8, foot = size * 1.9;
    const height = Math.max(top + rows * line + foot + 6, size * 4.2);
    const drawn = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": options.timeline });
    const [first, last] = scene.span, left = 12, right = width - 14;
    const x = (day) => left + ((Math.min(Math.max(day, first), last) - first) / (last - first || 1)) * (right - left);
    const base = height - foot;
    let taken = -Infinity;
    for (const [day, text] of scene.ticks) {
      drawn.append(svg("line", { x1: x(day), x2: x(day), y1: top, y2: base + 5, class: "tick" }));
      const anchor = x(day) < 40 ? "start" : x(day) > width - 40 ? "end" : "middle";
      const half = text.length * size * 0.25, from = anchor === "start" ? x(day) : anchor === "end" ? x(day) - 2 * half : x(day) - half;
      if (from < taken) continue;
      taken = from + 2 * half + 8;
      drawn.append(svg("text", { x: x(day), y: height - size * 0.45, class: "axis", "text-anchor": anchor, "font-size": size * 0.82 }, text));
    }
    const tall = scene.bars.length ? 8 : size * 1.6;
    for (const day of scene.around) drawn.append(svg("line", { x1: x(day), x2: x(day), y1: base - tall, y2: base, class: scene.bars.length ? "around" : "around told" }));
    drawn.append(svg("line", { x1: left, x2: right, y1: base, y2: base, class: "base" }));
    scene.bars.forEach((bar, at) => {
      const y = top + at * line, a = x(bar.start), b = Math.max(x(bar.open ? last : bar.end), a + 1), mid = y + line * 0.76;
      const row = svg("g", { class: "bar", "data-key": bar.key });
      if (bar.unaware) row.append(svg("rect", { x: a, y: mid - 6, width: Math.max(x(bar.unaware) - a, 2), height: 12, class: "unaware", fill: "none", stroke: paint(bar.colour) }));
      const long = b - a > 14;
      if (long) row.append(svg("rect", { x: a, y: mid - 5, width: b - a, height: 10, fill: paint(bar.colour), "fill-opacity": bar.unsure ? 0.35 : 0.85, stroke: paint(bar.colour), "stroke-dasharray": bar.unsure ? "4 3" : "none" }));
      if (bar.open) row.append(svg("path", { d: `M${b - 1} ${mid - 9} l9 9 l-9 9 z`, fill: paint(bar.colour) }));
      if (!long || bar.unaware) {
        const mark = glyph(bar.glyph, bar.unsure ? "var(--paper)" : paint(bar.colour), size * 1.15);
        if (bar.unsure) mark.firstChild.setAttribute("style", `stroke:${paint(bar.colour)};stroke-width:.5`);
        mark.setAttribute("x", (long ? a : (a + b) / 2) - size * 0.575);
        mark.setAttribute("y", mid - size * 0.575);
        row.append(mark);
      }
      // Words stand above their mark, from its left edge or, near the right end, up to its right edge.
      const text = svg("text", { y: y + size * 0.95, "font-size": size });
      const date = svg("tspan", { class: "when" }, bar.date), what = svg("tspan", { dx: size * 0.5 }, bar.label);
      text.append(date, what);
      row.append(text);
      drawn.append(row);
      text.setAttribute("x", left);
      bar.row = { text, what, a, left, right };
    });
    box.replaceChildren(drawn);
    for (const bar of scene.bars) {
      const { text, what, a, left, right } = bar.row;
      let long = text.getComputedTextLength();
      while (long > right - left && what.textContent.length > 6) {
        what.textContent = what.textContent.replace(/…$/, "").slice(0, -4).trimEnd() + "…";
        long = text.getComputedTextLength();
      }
      text.setAttribute("x", Math.max(left, Math.min(a, right - long)));
      delete bar.row;
    }
    box.hidden = !rows && !scene.around.length;
  }

  // ── turning ─────────────────────────────────────────────────────────────────────────────────────
  function begin(deck) {
    const scenes = JSON.parse(deck.dataset.scenes), options = JSON.parse(deck.dataset.options);
    const part = (name) => deck.querySelector(`.${name}`), steps = [...deck.querySelectorAll(".t-step")];
    deck.dataset.theme = options.theme;
    const map = makeMap(part("t-deck-map"), options);
    let at = 0;

    function show(next, write) {
      at = Math.min(Math.max(next, 0), steps.length - 1);
      const scene = scenes[at];
      steps.forEach((step, i) => { step.hidden = i !== at; });
      deck.dataset.step = scene.key;
      part("t-deck-n").textContent = `${at + 1} / ${steps.length}`;
      part("t-deck-text").scrollTop = 0;
      deck.scrollTop = 0;
      part("t-deck-unplaced").textContent = scene.note;
      deck.querySelectorAll(".t-deck-go").forEach((link, i) => { if (i === at) link.setAttribute("aria-current", "step"); else link.removeAttribute("aria-current"); });
      deck.querySelector("[data-turn='-1']").disabled = at === 0;
      deck.querySelector("[data-turn='1']").disabled = at === steps.length - 1;
      showMap(map, scene);
      drawTime(part("t-deck-time"), scene, options);
      deck.querySelectorAll("a[data-keeps]").forEach((link) => {
        const to = new URL(link.href);
        to.searchParams.set("step", scene.key);
        link.href = to.href;
      });
      const view = part("t-deck-view");
      view.href = new URL(scene.address, document.baseURI).href;
      if (write) {
        const here = new URL(location.href);
        here.searchParams.set("step", scene.key);
        history.replaceState(history.state, "", here.href);
      }
      part("t-deck-say").textContent = `${at + 1} / ${steps.length}: ${steps[at].querySelector("h2").textContent}`;
      deck.dataset.shown = String(Number(deck.dataset.shown || 0) + 1);
    }

    function toggle(name, open) {
      const isOpen = deck.classList.toggle(`with-${name}`, open);
      deck.querySelectorAll(`[data-toggle="${name}"]`).forEach((button) => button.setAttribute("aria-expanded", String(isOpen)));
      if (isOpen) for (const other of ["sources", "steps"]) if (other !== name) toggle(other, false);
      return isOpen;
    }

    function full() {
      if (document.fullscreenElement) document.exitFullscreen(); else document.documentElement.requestFullscreen?.().catch(() => {});
    }

    deck.turn = (by) => show(at + by, true);
    deck.key = (event) => {
      const dark = deck.classList.contains("dark-screen"), key = event.key;
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return false;
      if ((key === " " || key === "Enter") && /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName)) return false;
      if (key === "b" || key === ".") { deck.classList.toggle("dark-screen"); return true; }
      if (dark) { deck.classList.remove("dark-screen"); return key in KEYS; }
      // In an open panel the arrows up and down scroll it, as everywhere.
      if (deck.matches(".with-sources, .with-steps") && /^Arrow(Up|Down)$/.test(key)) return false;
      if (key in KEYS) deck.turn(KEYS[key]);
      else if (key === "Home") show(0, true);
      else if (key === "End") show(steps.length - 1, true);
      else if (key.toLowerCase() === "s") toggle("sources");
      else if (key.toLowerCase() === "l") toggle("steps");
      else if (key.toLowerCase() === "f") full();
      else if (key === "Escape") { toggle("sources", false); toggle("steps", false); }
      else if (/^[1-9]$/.test(key)) show(Number(key) - 1, true);
      else return false;
      return true;
    };
    deck.addEventListener("click", (event) => {
      const button = event.target.closest("button, .t-deck-go, sup a");
      if (deck.classList.contains("dark-screen")) { deck.classList.remove("dark-screen"); return; }
      if (!button) return;
      event.preventDefault();
      if (button.dataset.turn) deck.turn(Number(button.dataset.turn));
      else if (button.dataset.toggle) toggle(button.dataset.toggle);
      else if (button.dataset.full) full();
      else if (button.dataset.at) { show(Number(button.dataset.at), true); toggle("steps", false); }
      else if (button.closest("sup")) toggle("sources", true);
      event.stopPropagation();
    }, true);

    // A swipe turns the page; a scroll does not.
    let from = null;
    deck.addEventListener("touchstart", (event) => { from = event.touches.length === 1 ? [event.touches[0].clientX, event.touches[0].clientY] : null; }, { passive: true });
    deck.addEventListener("touchend", (event) => {
      if (!from) return;
      const dx = event.changedTouches[0].clientX - from[0], dy = event.changedTouches[0].clientY - from[1];
      from = null;
      if (Math.abs(dx) > 56 && Math.abs(dx) > 2 * Math.abs(dy)) deck.turn(dx < 0 ? 1 : -1);
    }, { passive: true });

    // Controls step back while nobody moves: what is told has the screen.
    let quiet = 0;
    const wake = () => { deck.classList.remove("idle"); clearTimeout(quiet); quiet = setTimeout(() => deck.classList.add("idle"), 3000); };
    deck.addEventListener("pointermove", wake);
    deck.addEventListener("focusin", wake);
    wake();

    new ResizeObserver(() => {
      map.map.invalidateSize({ animate: false });
      showMap(map, scenes[at]);
      drawTime(part("t-deck-time"), scenes[at], options);
    }).observe(part("t-deck-stage"));

    const asked = new URLSearchParams(location.search).get("step");
    show(Math.max(0, scenes.findIndex((scene) => scene.key === asked)), false);
    deck.dataset.ready = "yes";
  }

  const begun = new WeakSet();
  function look() {
    const deck = document.querySelector(".t-deck[data-scenes]");
    if (deck && !begun.has(deck)) {
      begun.add(deck);
      begin(deck);
    }
  }
  document.addEventListener("keydown", (event) => {
    const deck = document.querySelector(".t-deck[data-ready]");
    if (deck && deck.key(event)) { event.preventDefault(); event.stopPropagation(); }
  }, true);
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  look();
})();
