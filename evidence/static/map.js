/* The map a reader sees: a vector basemap from our own server, and the bundle's layers above it.
 *
 * Folium starts it (maps.py): `tamshy.start(map, options)` once, `tamshy.show(map, view)` whenever the selection changes.
 * The map stays alive between the two, so it keeps its view. Text from data only ever becomes text nodes.
 */
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  // Unit shapes, the same names as Plotly's symbols, so that a glyph means the same on map and timeline.
  const POLYGONS = {
    square: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
    diamond: [[0, -1.15], [1.15, 0], [0, 1.15], [-1.15, 0]],
    "triangle-up": [[0, -1.1], [1.05, 0.8], [-1.05, 0.8]],
    "triangle-down": [[0, 1.1], [1.05, -0.8], [-1.05, -0.8]],
    "triangle-left": [[-1.1, 0], [0.8, -1.05], [0.8, 1.05]],
    "triangle-right": [[1.1, 0], [-0.8, -1.05], [-0.8, 1.05]],
    pentagon: regular(5, 1.1, -90),
    hexagon: regular(6, 1.1, 0),
    star: starred(5, 1.25, 0.52),
    hexagram: starred(6, 1.2, 0.66),
    hourglass: [[-0.9, -1], [0.9, -1], [-0.9, 1], [0.9, 1]],
    bowtie: [[-1, -0.9], [-1, 0.9], [1, -0.9], [1, 0.9]],
    cross: [[-0.36, -1.05], [0.36, -1.05], [0.36, -0.36], [1.05, -0.36], [1.05, 0.36], [0.36, 0.36], [0.36, 1.05], [-0.36, 1.05], [-0.36, 0.36], [-1.05, 0.36], [-1.05, -0.36], [-0.36, -0.36]],
    x: turned([[-0.36, -1.15], [0.36, -1.15], [0.36, -0.36], [1.15, -0.36], [1.15, 0.36], [0.36, 0.36], [0.36, 1.15], [-0.36, 1.15], [-0.36, 0.36], [-1.15, 0.36], [-1.15, -0.36], [-0.36, -0.36]]),
  };

  function regular(n, r, first) {
    return Array.from({ length: n }, (_, i) => {
      const a = ((first + (360 / n) * i) * Math.PI) / 180;
      return [r * Math.cos(a), r * Math.sin(a)];
    });
  }
  function starred(n, far, near) {
    return Array.from({ length: 2 * n }, (_, i) => {
      const a = (-90 + (180 / n) * i) * (Math.PI / 180), r = i % 2 ? near : far;
      return [r * Math.cos(a), r * Math.sin(a)];
    });
  }
  function turned(points) {
    const c = Math.SQRT1_2;
    return points.map(([x, y]) => [c * (x - y), c * (x + y)]);
  }

  function element(tag, className, text) {
    const e = document.createElement(tag);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  }
  function svg(tag, attributes) {
    const e = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
    return e;
  }

  /** A glyph as an SVG element of `size` pixels. */
  function glyph(name, colour, size) {
    const box = svg("svg", { width: size, height: size, viewBox: "-1.5 -1.5 3 3", "aria-hidden": "true", focusable: "false" });
    const paint = { fill: colour, stroke: "var(--halo)", "stroke-width": 0.28, "paint-order": "stroke", "stroke-linejoin": "round" };
    const points = POLYGONS[name];
    box.append(points ? svg("polygon", { ...paint, points: points.map((p) => p.join(",")).join(" ") }) : svg("circle", { ...paint, r: 1 }));
    return box;
  }

  // ── telling the server what was clicked ─────────────────────────────────────────────────────────
  let clicks = 0;
  /** st_folium's own reports wait a quarter of a second; a click is told at once. */
  function tell(kind, id) {
    clicks += 1;
    const value = { picked: { kind, id }, clicks };
    window.parent.postMessage({ isStreamlitMessage: true, type: "streamlit:setComponentValue", value, dataType: "json" }, "*");
  }

  // ── basemap ─────────────────────────────────────────────────────────────────────────────────────
  const INK = {
    light: { sea: "#d3dde1", land: "#f4f0e7", home: "#fbf8f1", line: "#b9b09d", region: "#d8cfbd", river: "#a9bcc4", label: "#5b5548", water: "#55717d", halo: "#ffffff" },
    dark: { sea: "#0f1d24", land: "#1b1e21", home: "#23272a", line: "#5a5f63", region: "#3a3f43", river: "#35525f", label: "#b8b2a4", water: "#7fa3b1", halo: "#101214" },
  };

  function named(properties, language) {
    return properties["name_" + language] || properties.name_ru || properties.name_en || "";
  }

  async function drawBasemap(state) {
    const { map, ink, options } = state;
    const response = await fetch(options.basemap);
    const layers = await response.json();
    const canvas = L.canvas({ padding: 0.4, pane: "basemap" });
    const draw = (name, style) => {
      if (layers[name]) L.geoJSON(layers[name], { style, interactive: false, renderer: canvas, pane: "basemap" }).addTo(map);
    };
    draw("countries", (f) => ({ stroke: true, color: ink.line, weight: 0.9, fillOpacity: 1, fillColor: options.home.includes(f.properties.id) ? ink.home : ink.land }));
    draw("regions", () => ({ fill: false, color: ink.region, weight: 0.8, dashArray: "3 3" }));
    draw("water", () => ({ color: ink.river, weight: 0.6, fillColor: ink.sea, fillOpacity: 1 }));
    draw("rivers", () => ({ color: ink.river, weight: 1, fill: false }));
    const label = (kind, rank, from) => (f) => {
      const at = f.geometry.type === "Point" ? [f.geometry.coordinates[1], f.geometry.coordinates[0]] : middle(f.geometry);
      const name = named(f.properties, options.language);
      return name && at ? [{ at, name, kind, rank: rank(f.properties), from: from(f.properties) }] : [];
    };
    const all = (name, maker) => (layers[name] ? layers[name].features.flatMap(maker) : []);
    state.labels.push(
      ...all("countries", label("country", () => 1, () => 4)),
      ...all("region_labels", label("region", () => 6, () => 6)),
      ...all("water", label("water", (p) => 1 + p.rank, (p) => ({ 1: 4, 2: 6 })[p.rank] || 8)),
      ...all("towns", label("town", (p) => 2 + p.rank, (p) => ({ 1: 5, 2: 6, 3: 7, 4: 9 })[p.rank] || 9)),
    );
    state.placeLabels();
    state.painted("basemap");
  }

  /** A point inside the largest ring of a polygon: the mean of its box, good enough to hang a name on. */
  function middle(geometry) {
    const polygons = geometry.type === "MultiPolygon" ? geometry.coordinates : geometry.type === "Polygon" ? [geometry.coordinates] : [];
    let best = null, size = -1;
    for (const [ring] of polygons) {
      const xs = ring.map((p) => p[0]), ys = ring.map((p) => p[1]);
      const w = Math.max(...xs) - Math.min(...xs), h = Math.max(...ys) - Math.min(...ys);
      if (w * h > size) { size = w * h; best = [(Math.max(...ys) + Math.min(...ys)) / 2, (Math.max(...xs) + Math.min(...xs)) / 2]; }
    }
    return best;
  }

  /** Names that do not run into each other: the most important first, the rest only where there is room. */
  function makeLabels(state) {
    const { map } = state;
    const pane = map.createPane("names");
    pane.style.zIndex = 580; pane.style.pointerEvents = "none"; pane.setAttribute("aria-hidden", "true");
    const place = () => {
      pane.replaceChildren();
      if (!state.visible.names) return;
      const zoom = map.getZoom(), view = map.getBounds().pad(0.05), taken = [];
      // Names give way to marks: a number is evidence, a name is help.
      for (const m of document.querySelectorAll(".leaflet-marker-icon")) {
        const at = L.DomUtil.getPosition(m), r = m.offsetWidth / 2;
        if (at) taken.push([at.x - r, at.y - r, at.x + r, at.y + r]);
      }
      const shown = state.labels.concat(state.ownLabels).filter((l) => zoom >= l.from && view.contains(l.at)).sort((a, b) => a.rank - b.rank);
      let n = 0;
      for (const l of shown) {
        const p = map.latLngToLayerPoint(l.at), size = { country: 8.5, water: 7.5, region: 6.6 }[l.kind] || 6.4;
        const w = l.name.length * size + 6, h = 15;
        // Beside its mark a name may stand to the right, left, above or below, whichever is free; elsewhere it stands on its point.
        const corners = l.beside ? [[9, -h / 2], [-9 - w, -h / 2], [-w / 2, -h - 8], [-w / 2, 9]] : [[-w / 2, -h / 2]];
        const free = corners.map(([dx, dy]) => [p.x + dx, p.y + dy, p.x + dx + w, p.y + dy + h])
          .find((box) => !taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1]));
        if (!free) continue;
        taken.push(free);
        const e = element("span", "name " + l.kind, l.name);
        e.style.transform = `translate(${Math.round((free[0] + free[2]) / 2)}px, ${Math.round((free[1] + free[3]) / 2)}px) translate(-50%, -50%)`;
        pane.append(e);
        if (++n >= 90) break;
      }
    };
    map.on("moveend zoomend viewreset animationend", () => requestAnimationFrame(place));
    return place;
  }

  // ── layers of the bundle ────────────────────────────────────────────────────────────────────────
  function tooltip(layer, text) {
    layer.bindTooltip(() => element("span", "", text), { direction: "top", offset: [0, -6], opacity: 1 });
  }

  function markOf(state, thing) {
    // thing: [lat, lon, radius_m, glyph, colour, kind, id, title, n]
    const [lat, lon, radius, shape, colour, kind, id, title, n] = thing;
    const stack = n > 1;
    const icon = element("span", "mark" + (stack ? " stack" : "") + (id === state.picked ? " picked" : ""));
    icon.append(stack ? element("b", "", n.toLocaleString(state.options.language)) : glyph(shape, colour, 19));
    if (stack) icon.style.setProperty("--colour", colour);
    const size = stack ? 30 : 24;
    const marker = L.marker([lat, lon], { icon: L.divIcon({ html: icon, className: "", iconSize: [size, size] }), alt: title, n, colour, radius, thing: id });
    marker.on("click keypress", (e) => {
      if (e.type === "keypress" && e.originalEvent.key !== "Enter") return;
      tell(kind, id);
      pick(state, id);
    });
    tooltip(marker, title);
    return marker;
  }

  function pick(state, id) {
    state.picked = id;
    document.querySelectorAll(".mark.picked").forEach((m) => m.classList.remove("picked"));
    state.marks.filter((m) => m.options.thing === id).forEach((m) => m.getElement() && m.getElement().querySelector(".mark").classList.add("picked"));
    showDisc(state);
  }

  /** How exactly the picked place is known: a disc of its true radius, never a bare pin. */
  function showDisc(state) {
    state.disc.clearLayers();
    const mark = state.marks.find((m) => m.options.thing === state.picked);
    if (mark && mark.options.radius) {
      L.circle(mark.getLatLng(), { radius: mark.options.radius, color: mark.options.colour, weight: 1, dashArray: "4 3", fillColor: mark.options.colour, fillOpacity: 0.1, interactive: false }).addTo(state.disc);
    }
  }

  /** A cluster's badge: how many incidents it holds in the current selection, ringed by the families among them. */
  function badge(cluster, language) {
    const shares = new Map();
    let n = 0;
    for (const m of cluster.getAllChildMarkers()) {
      n += m.options.n;
      shares.set(m.options.colour, (shares.get(m.options.colour) || 0) + m.options.n);
    }
    let at = 0;
    const stops = [...shares].sort((a, b) => b[1] - a[1]).map(([colour, part]) => {
      const from = at; at += (part / n) * 360;
      return `${colour} ${from}deg ${at}deg`;
    });
    const icon = element("span", "cluster");
    icon.style.background = `conic-gradient(${stops.join(",")})`;
    icon.append(element("b", "", n.toLocaleString(language)));
    icon.dataset.n = n;
    const size = n < 10 ? 34 : n < 100 ? 40 : n < 1000 ? 46 : 54;
    return L.divIcon({ html: icon, className: "", iconSize: [size, size] });
  }

  function drawContext(state, context) {
    const { map, options } = state;
    const canvas = state.canvas;
    const fromCanvas = (layer, kind, id, title) => { layer.on("click", () => tell(kind, id)); tooltip(layer, title); return layer; };
    for (const p of context.places) {
      const disc = L.circle(p.at, { radius: p.radius, color: p.colour, weight: 1.2, fillColor: p.colour, fillOpacity: 0.28, renderer: canvas });
      fromCanvas(disc, "place", p.id, p.title).addTo(state.groups.places);
      const dot = L.circleMarker(p.at, { radius: 4, color: p.colour, weight: 1.5, fillColor: p.colour, fillOpacity: 0.55, renderer: canvas });
      fromCanvas(dot, "place", p.id, p.title).addTo(state.groups.places);
      state.ownLabels.push({ at: p.at, name: p.name, kind: "settlement", rank: 0, from: p.key ? 7 : 9, beside: true });
    }
    for (const a of context.assets) {
      const html = element("span", "asset");
      html.append(glyph("diamond", "var(--ink)", 13));
      const marker = L.marker(a.at, { icon: L.divIcon({ html, className: "", iconSize: [15, 15] }), alt: a.title, keyboard: true, zIndexOffset: -500 });
      marker.on("click", () => tell("asset", a.id));
      tooltip(marker, a.title);
      marker.addTo(state.groups.assets);
      state.ownLabels.push({ at: a.at, name: a.name, kind: "field", rank: 0, from: 5, beside: true });
    }
    for (const s of context.stations) {
      const box = L.circleMarker(s.at, { radius: 3.5, color: state.ink.water, weight: 2, fill: true, fillColor: state.ink.halo, fillOpacity: 1, renderer: canvas });
      fromCanvas(box, "station", s.id, s.title).addTo(state.groups.stations);
    }
    state.flares = context.flares.map((f) => {
      const dot = L.circleMarker(f.at, { radius: 1, weight: 1, color: f.background ? "#7d7d7d" : "#8a5a00", fillColor: f.background ? "#9a9a9a" : "#D99A1C", fillOpacity: 0.55, renderer: canvas });
      dot.on("click", () => tell("flare", f.id));
      dot.bindTooltip(() => element("span", "", `${f.title} · ${dot.volume.toLocaleString(options.language, { maximumFractionDigits: 1 })} ${options.texts.mm3}`), { direction: "top", opacity: 1 });
      return { ...f, dot };
    });
    state.placeLabels();
    drawFlares(state);
    state.painted("context");
  }

  /** Flares: the area of a disc grows with the gas flared in the chosen years; nothing listed, nothing drawn. */
  function drawFlares(state) {
    if (!state.flares || !state.years) return;
    const [first, last] = state.years, group = state.groups.flares;
    group.clearLayers();
    for (const f of state.flares) {
      let volume = 0;
      for (let year = Math.max(first, f.first); year <= Math.min(last, f.first + f.volumes.length - 1); year++) volume += f.volumes[year - f.first] || 0;
      if (volume <= 0) continue;
      f.dot.volume = volume;
      f.dot.setRadius(Math.max(1.5, Math.sqrt(volume) * 0.55));
      group.addLayer(f.dot);
    }
  }

  // ── controls ────────────────────────────────────────────────────────────────────────────────────
  function legend(state) {
    const { options } = state, texts = options.texts;
    const Control = L.Control.extend({
      onAdd() {
        const box = element("details", "legend");
        if (window.innerWidth > 620) box.open = true;
        box.append(element("summary", "", texts.legend));
        for (const [key, shape, colour] of options.switches) {
          const row = element("label", "switch"), input = element("input");
          input.type = "checkbox"; input.checked = state.visible[key];
          input.addEventListener("change", () => { state.visible[key] = input.checked; state.switchLayers(); });
          row.append(input, glyph(shape, colour, 14), element("span", "", texts[key]));
          box.append(row);
        }
        const kinds = element("div", "kinds");
        kinds.setAttribute("aria-live", "polite");
        box.append(kinds, element("p", "note", texts.precision));
        state.kinds = kinds;
        L.DomEvent.disableClickPropagation(box);
        L.DomEvent.disableScrollPropagation(box);
        return box;
      },
    });
    new Control({ position: window.innerWidth > 620 ? "bottomleft" : "topleft" }).addTo(state.map);
    const North = L.Control.extend({ onAdd: () => { const n = element("div", "north", "↑"); n.append(element("small", "", texts.north)); return n; } });
    new North({ position: "topright" }).addTo(state.map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(state.map);
  }

  function listKinds(state, kinds) {
    state.kinds.replaceChildren(...kinds.map(([shape, colour, label, n]) => {
      const row = element("div", "kind");
      row.append(glyph(shape, colour, 14), element("span", "", label), element("b", "", n.toLocaleString(state.options.language)));
      return row;
    }));
  }

  // ── what Folium calls ───────────────────────────────────────────────────────────────────────────
  const states = new WeakMap();

  function start(map, options) {
    if (states.has(map)) return;
    const ink = INK[options.theme];
    document.documentElement.lang = options.language;
    document.documentElement.dataset.theme = options.theme;
    const container = map.getContainer();
    container.style.background = ink.sea;
    // Leaflet takes the focus at each press; without this the page around the frame would jump under the pointer.
    container.focus = () => HTMLElement.prototype.focus.call(container, { preventScroll: true });
    container.setAttribute("role", "application");
    container.setAttribute("aria-label", options.texts.map);
    map.attributionControl.setPrefix(false);
    map.attributionControl.addAttribution(options.texts.credit);
    map.createPane("basemap").style.zIndex = 150;
    const state = {
      map, options, ink, labels: [], ownLabels: [], marks: [], picked: null, years: null, flares: null,
      visible: { incidents: true, places: true, assets: true, flares: true, stations: false, names: true, ...options.visible },
      groups: { places: L.layerGroup(), assets: L.layerGroup(), flares: L.layerGroup(), stations: L.layerGroup() },
      canvas: L.canvas({ padding: 0.4 }),
      disc: L.layerGroup(),
      painted: (what) => { document.documentElement.dataset[what] = "painted"; },
    };
    states.set(map, state);
    state.placeLabels = makeLabels(state);
    state.incidents = L.markerClusterGroup({ maxClusterRadius: 38, showCoverageOnHover: false, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches, iconCreateFunction: (c) => badge(c, options.language), spiderLegPolylineOptions: { weight: 1, color: ink.label, opacity: 0.8 } });
    state.switchLayers = () => {
      for (const [key, group] of [...Object.entries(state.groups), ["incidents", state.incidents]]) {
        if (state.visible[key]) map.addLayer(group); else map.removeLayer(group);
      }
      state.placeLabels();
    };
    map.addLayer(state.disc);
    legend(state);
    state.switchLayers();
    drawBasemap(state);
    fetch(options.context).then((r) => r.json()).then((context) => {
      state.spots = context.spots;
      drawContext(state, context);
      if (state.view && state.view.stacks.length) show(map, state.view);
    });
  }

  /** Draw a selection. Where many stand at one place only numbers come, so the places themselves must be there first. */
  function show(map, view) {
    const state = states.get(map);
    state.view = view;
    if (view.stacks.length && !state.spots) return;
    state.years = view.years;
    state.picked = view.picked;
    state.incidents.clearLayers();
    const stacks = view.stacks.map(([spot, n]) => {
      const [id, lat, lon, radius, name] = state.spots[spot];
      return [lat, lon, radius, "circle", view.stackColour, "place", id, `${name}: ${n.toLocaleString(state.options.language)}`, n];
    });
    const things = view.things.concat(stacks);
    state.marks = things.map((thing) => markOf(state, thing));
    state.incidents.addLayers(state.marks);
    listKinds(state, view.kinds);
    drawFlares(state);
    showDisc(state);
    requestAnimationFrame(state.placeLabels);
    if (view.look && view.look.key !== state.look) {
      state.look = view.look.key;
      map.setView(view.look.at, view.look.zoom, { animate: false });
    }
    document.documentElement.dataset.incidents = things.reduce((sum, t) => sum + t[8], 0);
    state.painted("view");
  }

  window.tamshy = { start, show };
})();
