/* What the Resettlement page adds to the map: a what-if ring, settlements by what the ring says of them, arcs of where people went,
 * and a boundary that a reader draws. Drawn above map.js, which it asks for everything else. Text from data only becomes text nodes.
 */
(function () {
  "use strict";

  const LOOKS = {
    light: { ring: "#0b5a63", earlier: "#6b6354", inside: "#0b5a63", touches: "#0b5a63", between: "#8a5a00", arc: "#4f6e5a", drawn: "#6a4c93" },
    dark: { ring: "#7fd0d8", earlier: "#a39c8d", inside: "#7fd0d8", touches: "#7fd0d8", between: "#e0b04f", arc: "#8fb89c", drawn: "#c3a6e8" },
  };
  const states = new WeakMap();
  let told = 0;

  function tell(value) {
    told += 1;
    window.parent.postMessage({ isStreamlitMessage: true, type: "streamlit:setComponentValue", value: { ...value, told }, dataType: "json" }, "*");
  }

  function element(tag, className, text) {
    const e = document.createElement(tag);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  }

  function begin(map) {
    const state = { map, drawn: L.layerGroup().addTo(map), sketch: L.layerGroup().addTo(map), corners: null };
    map.createPane("ring").style.zIndex = 350;
    // The ring is what the reader came for; what the marks mean opens at a press.
    document.querySelector(".legend")?.removeAttribute("open");
    states.set(map, state);
    return state;
  }

  /** Draw a view: shapes in GeoJSON, settlements as [lat, lon, radius, judged, title, id], arcs as [from, to, weight, title]. */
  function land(map, view) {
    const state = states.get(map) || begin(map);
    window.tamshy.show(map, { things: [], stacks: [], kinds: [], stackColour: "", picked: null, years: view.years, look: view.look });
    const look = LOOKS[document.documentElement.dataset.theme] || LOOKS.light;
    state.look = look; state.view = view;
    window.tamshy.village = view.village;
    state.drawn.clearLayers();
    const shape = (geometry, style) => geometry && L.geoJSON(geometry, { style: { ...style, pane: "ring" }, interactive: false, pane: "ring" }).addTo(state.drawn);
    shape(view.earlier, { color: look.earlier, weight: 1.2, dashArray: "2 5", fill: false });
    shape(view.ring, { color: look.ring, weight: 2, dashArray: "7 5", fillColor: look.ring, fillOpacity: 0.07 });
    shape(view.boundary, { color: look.drawn, weight: 2.2, fillColor: look.drawn, fillOpacity: 0.08 });
    for (const [lat, lon, radius, judged, title, id] of view.settlements) {
      const colour = look[judged] || look.earlier, sure = judged === "inside";
      const disc = L.circle([lat, lon], { radius, color: colour, weight: sure ? 2.5 : 1.5, dashArray: sure ? null : "3 4", fillColor: colour, fillOpacity: sure ? 0.35 : 0.14, pane: "ring" });
      disc.bindTooltip(() => element("span", "", title), { direction: "top", opacity: 1 });
      disc.on("click", () => { if (!state.corners) window.tamshy.opens(id, "place"); });
      disc.addTo(state.drawn);
    }
    for (const [from, to, weight, title] of view.arcs) arc(state, from, to, weight, title);
    if (view.draw && !state.button) state.button = button(state, view.draw);
    if (view.fit && JSON.stringify(view.fit) !== state.fitted) {
      state.fitted = JSON.stringify(view.fit);
      // On a phone the buttons at the left top would cover what a map so small is opened for.
      const narrow = map.getSize().x < 500;
      map.fitBounds(view.fit, { paddingTopLeft: [24, narrow ? 92 : 24], paddingBottomRight: [24, narrow ? 44 : 24], maxZoom: 11, animate: false });
    }
    document.documentElement.dataset.land = view.key;
  }

  /** A curve from an origin to a destination with its head at the end; a count that nobody gives is thin and broken. */
  function arc(state, from, to, weight, title) {
    const [a, b] = [from, to].map((at) => state.map.project(at, 8));
    const middle = L.point((a.x + b.x) / 2 - (b.y - a.y) * 0.18, (a.y + b.y) / 2 + (b.x - a.x) * 0.18);
    const along = (t) => L.point((1 - t) ** 2 * a.x + 2 * t * (1 - t) * middle.x + t * t * b.x, (1 - t) ** 2 * a.y + 2 * t * (1 - t) * middle.y + t * t * b.y);
    const points = Array.from({ length: 33 }, (_, i) => state.map.unproject(along(i / 32), 8));
    const style = { color: state.look.arc, weight: weight || 1.6, dashArray: weight ? null : "5 5", opacity: 0.85, fill: false, pane: "ring" };
    const line = L.polyline(points, style).addTo(state.drawn);
    line.bindTooltip(() => element("span", "", title), { sticky: true, opacity: 1 });
    L.circleMarker(to, { radius: 4 + (weight || 1) / 2, color: state.look.arc, weight: 1.5, fillColor: state.look.arc, fillOpacity: 0.9, pane: "ring", interactive: false }).addTo(state.drawn);
  }

  // ── a boundary drawn by hand ────────────────────────────────────────────────────────────────────
  /** Press, click the corners (or put them in the middle of the map with Enter), press again: the boundary is told to the page. */
  function button(state, texts) {
    const { map } = state;
    const press = element("button", "draw", texts.begin), said = element("p", "said");
    press.type = "button";
    said.setAttribute("role", "status");
    const box = element("div", "drawing");
    box.append(press, said);
    L.DomEvent.disableClickPropagation(box);
    const Control = L.Control.extend({ onAdd: () => box });
    new Control({ position: "topleft" }).addTo(map);
    const paint = () => {
      state.sketch.clearLayers();
      const corners = state.corners || [];
      const style = { color: state.look.drawn, weight: 2.2, dashArray: "4 4", pane: "ring", interactive: false };
      if (corners.length > 1) L.polygon(corners, { ...style, fillOpacity: 0.06, fillColor: state.look.drawn }).addTo(state.sketch);
      for (const at of corners) L.circleMarker(at, { ...style, radius: 4, dashArray: null, fillColor: state.look.drawn, fillOpacity: 1 }).addTo(state.sketch);
      press.textContent = !state.corners ? texts.begin : corners.length > 2 ? texts.finish : texts.stop;
      said.textContent = state.corners ? texts.how.replace("{n}", corners.length) : "";
    };
    const add = (at) => { if (state.corners && state.corners.length < 60) { state.corners.push(at); paint(); } };
    press.addEventListener("click", () => {
      if (!state.corners) {
        state.corners = [];
        map.getContainer().style.cursor = "crosshair";
      } else {
        const corners = state.corners;
        state.corners = null;
        map.getContainer().style.cursor = "";
        if (corners.length > 2) tell({ drawn: corners.map((at) => [Math.round(at.lat * 1e5) / 1e5, Math.round(at.lng * 1e5) / 1e5]) });
      }
      paint();
    });
    map.on("click", (event) => add(event.latlng));
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && state.corners && event.target === map.getContainer()) { event.preventDefault(); add(map.getCenter()); }
    });
    return press;
  }

  window.tamshy.land = land;
})();
