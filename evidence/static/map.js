/* The map a reader sees: a vector basemap from our own server, and the bundle's layers above it.
 *
 * Folium starts it (maps.py): `tamshy.start(map, options)` once, `tamshy.show(map, view)` whenever the selection changes.
 * The map stays alive between the two, so it keeps its view. Text from data only ever becomes text nodes.
 */
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const LASTING_YEARS = 6; // the same as flaring.LASTING_YEARS
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

  /** A count with the language's marks; below a thousand it has none, and to ask for them would load their tables. */
  function number(n, language) {
    return n < 1000 ? String(n) : n.toLocaleString(language);
  }

  /** A glyph as an SVG element of `size` pixels. */
  function glyph(name, colour, size) {
    const box = svg("svg", { width: size, height: size, viewBox: "-1.5 -1.5 3 3", "aria-hidden": "true", focusable: "false" });
    const paint = { fill: colour, stroke: "var(--halo)", "stroke-width": 0.28, "paint-order": "stroke", "stroke-linejoin": "round" };
    const points = POLYGONS[name];
    box.append(points ? svg("polygon", { ...paint, points: points.map((p) => p.join(",")).join(" ") }) : svg("circle", { ...paint, r: 1 }));
    return box;
  }

  // ── a mark that was clicked opens its record ────────────────────────────────────────────────────
  let clicked = null;
  function opens(id, kind) {
    // Inside a page of others nobody is told what a reader looks at: the record opens on our own page.
    if (window.tamshyOpens) { window.open(window.tamshyOpens + encodeURIComponent(id), "_blank", "noopener"); return; }
    clicked = id;
    const to = new URL(window.parent.location.href), village = kind === "place" && window.tamshy.village;
    to.searchParams.set("id", id);
    window.parent.postMessage({ tamshy: "go", to: village ? village.replace("PLACE", encodeURIComponent(id)) : to.href }, location.origin);
  }

  // ── basemap ─────────────────────────────────────────────────────────────────────────────────────
  const INK = {
    light: { sea: "#d3dde1", land: "#f4f0e7", home: "#fbf8f1", line: "#b9b09d", region: "#d8cfbd", river: "#a9bcc4", label: "#5b5548", water: "#55717d", halo: "#ffffff", heat: ["#f2d8a7", "#e8ad63", "#d67a36", "#a8461f", "#5f1f14"] },
    dark: { sea: "#0f1d24", land: "#1b1e21", home: "#23272a", line: "#5a5f63", region: "#3a3f43", river: "#35525f", label: "#b8b2a4", water: "#7fa3b1", halo: "#101214", heat: ["#57401f", "#8f5a22", "#c9782c", "#eda84f", "#ffe0a6"] },
  };

  // Shapes that come in whole parts of a pixel of the world at zoom 0 (basemap.py), drawn straight onto a canvas that Leaflet moves and sizes.
  const Ground = L.Canvas.extend({
    initialize(unit, layers, options) {
      L.Canvas.prototype.initialize.call(this, options);
      this._unit = unit;
      this._shapes = layers.flatMap(({ shapes, look, closed }) => shapes.map(([id, lines]) => ({ look: look(id), closed, lines: lines.map(points) })));
    },
    _updatePaths() { this._draw(); },
    _draw() {
      const ctx = this._ctx, { min, max } = this._bounds, scale = 2 ** this._map.getZoom() / this._unit, { x: left, y: top } = this._map.getPixelOrigin();
      const [west, east, north, south] = [(min.x + left) / scale, (max.x + left) / scale, (min.y + top) / scale, (max.y + top) / scale], pixel = 0.7 / scale;
      ctx.clearRect(min.x, min.y, max.x - min.x, max.y - min.y);
      ctx.lineCap = ctx.lineJoin = "round";
      for (const { look, closed, lines } of this._shapes) {
        ctx.beginPath();
        let any = false;
        for (const { xs, ys, box } of lines) {
          if (box[0] > east || box[2] < west || box[1] > south || box[3] < north) continue;
          any = true;
          let x = xs[0], y = ys[0];
          ctx.moveTo(x * scale - left, y * scale - top);
          for (let at = 1, last = xs.length - 1; at <= last; at++) {
            const nx = xs[at], ny = ys[at];
            // What is smaller than a pixel is passed over; of a mere line, what lies outside too: a dash a hundred thousand pixels long takes seconds.
            if (at < last && Math.abs(nx - x) < pixel && Math.abs(ny - y) < pixel) continue;
            const outside = !look.fill && ((nx < west && x < west) || (nx > east && x > east) || (ny < north && y < north) || (ny > south && y > south));
            if (outside) ctx.moveTo(nx * scale - left, ny * scale - top); else ctx.lineTo(nx * scale - left, ny * scale - top);
            x = nx; y = ny;
          }
          if (closed && look.fill) ctx.closePath();
        }
        if (!any) continue;
        if (look.fill) { ctx.fillStyle = look.fill; ctx.fill("evenodd"); }
        ctx.setLineDash(look.dash ?? []);
        ctx.strokeStyle = look.line; ctx.lineWidth = look.width; ctx.stroke();
      }
    },
  });

  /** Steps added up: where each point of a line lies, and the box around it. */
  function points(steps) {
    const n = steps.length / 2, xs = new Float64Array(n), ys = new Float64Array(n);
    let x = 0, y = 0, box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let at = 0; at < n; at++) {
      xs[at] = x += steps[2 * at]; ys[at] = y += steps[2 * at + 1];
      if (x < box[0]) box[0] = x;
      if (y < box[1]) box[1] = y;
      if (x > box[2]) box[2] = x;
      if (y > box[3]) box[3] = y;
    }
    return { xs, ys, box };
  }

  async function drawBasemap(state) {
    const { map, ink, options } = state;
    const response = await fetch(options.basemap);
    const { unit, countries, regions, water, rivers, names } = await response.json();
    new Ground(unit, [
      { shapes: countries, closed: true, look: (id) => ({ fill: options.home.includes(id) ? ink.home : ink.land, line: ink.line, width: 0.9 }) },
      { shapes: regions, closed: true, look: () => ({ line: ink.region, width: 0.8, dash: [3, 3] }) },
      { shapes: water, closed: true, look: () => ({ fill: ink.sea, line: ink.river, width: 0.6 }) },
      { shapes: rivers, closed: false, look: () => ({ line: ink.river, width: 1 }) },
    ], { padding: 0.4, pane: "basemap" }).addTo(map);
    for (const [lat, lon, kind, rank, from, called] of names) state.labels.push({ at: [lat, lon], name: called[options.language] || called.ru || called.en, kind, rank, from });
    state.placeLabels();
    state.painted("basemap");
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
        const p = map.latLngToLayerPoint(l.at), size = l.size || { country: 8.5, water: 7.5, region: 6.6 }[l.kind] || 6.4;
        const w = l.name.length * size + 6, h = l.size ? l.size * 2.2 : 15, off = l.off || 9;
        // Beside its mark a name may stand to the right, left, above or below, whichever is free; elsewhere it stands on its point.
        const corners = l.beside ? [[off, -h / 2], [-off - w, -h / 2], [-w / 2, -h - off + 1], [-w / 2, off]] : [[-w / 2, -h / 2]];
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
    // However many things change at once, names are placed once, before the next picture.
    let waiting = 0;
    const soon = () => { waiting ||= requestAnimationFrame(() => { waiting = 0; place(); }); };
    map.on("moveend zoomend viewreset animationend", soon);
    return soon;
  }

  // ── layers of the bundle ────────────────────────────────────────────────────────────────────────
  function tooltip(layer, text) {
    layer.options.said = text;
    // Leaflet names only marks that are images; ours are drawn, and a screen reader must hear what they are.
    layer.on("add", () => layer.getElement?.()?.setAttribute("aria-label", layer.options.said));
    layer.bindTooltip(() => element("span", "", layer.options.said), { direction: "top", offset: [0, -6], opacity: 1 });
  }

  function markOf(state, thing) {
    // thing: [lat, lon, radius_m, glyph, colour, kind, id, title, n]
    const [lat, lon, radius, shape, colour, kind, id, title, n] = thing;
    const stack = n > 1;
    const icon = element("span", "mark" + (stack ? " stack" : "") + (id === state.picked ? " picked" : ""));
    icon.append(stack ? element("b", "", number(n, state.options.language)) : glyph(shape, colour, 19));
    if (stack) icon.style.setProperty("--colour", colour);
    const size = stack ? 30 : 24;
    const marker = L.marker([lat, lon], { icon: L.divIcon({ html: icon, className: "", iconSize: [size, size] }), alt: title, n, colour, radius, thing: id });
    marker.on("click keypress", (e) => {
      if (e.type === "keypress" && e.originalEvent.key !== "Enter") return;
      opens(id);
      pick(state, id);
    });
    tooltip(marker, title);
    return marker;
  }

  /** Another number at the same spot: the mark stays. */
  function recount(state, mark, [, , , , , , , title, n]) {
    Object.assign(mark.options, { n, said: title });
    mark.options.icon.options.html.firstChild.textContent = number(n, state.options.language);
    mark.getElement()?.setAttribute("aria-label", title);
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
    // A ring shows where it is also while its mark lies in a cluster.
    if (mark) L.circleMarker(mark.getLatLng(), { radius: 20, color: state.ink.label, weight: 2.5, fill: false, interactive: false }).addTo(state.disc);
    if (mark && mark.options.radius) {
      L.circle(mark.getLatLng(), { radius: mark.options.radius, color: mark.options.colour, weight: 1, dashArray: "4 3", fillColor: mark.options.colour, fillOpacity: 0.1, interactive: false }).addTo(state.disc);
    }
  }

  /** A cluster that is opened spreads out beside the legend, not under it, wherever that still brings it closer. */
  function openBesideLegend() {
    const whole = L.MarkerCluster.prototype.zoomToBounds;
    if (L.MarkerCluster.beside) return;
    L.MarkerCluster.beside = true;
    L.MarkerCluster.include({
      zoomToBounds(options) {
        const { _map: map } = this._group, box = window.innerWidth > 620 && document.querySelector("details.legend[open]"), left = (box?.offsetWidth ?? 0) + 30;
        const closer = map.getBoundsZoom(this.getBounds(), false, L.point(left + 30, 60)) > map.getZoom();
        whole.call(this, closer ? { ...options, paddingTopLeft: [left, 30], paddingBottomRight: [30, 30] } : options);
      },
    });
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
    const fromCanvas = (layer, kind, id, title) => { layer.on("click", () => opens(id, kind)); tooltip(layer, title); return layer; };
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
      marker.on("click", () => opens(a.id));
      tooltip(marker, a.title);
      marker.addTo(state.groups.assets);
      state.ownLabels.push({ at: a.at, name: a.name, kind: "field", rank: 0, from: 5, beside: true });
    }
    for (const s of context.stations) {
      const box = L.circleMarker(s.at, { radius: 3.5, color: state.ink.water, weight: 2, fill: true, fillColor: state.ink.halo, fillOpacity: 1, renderer: canvas });
      fromCanvas(box, "station", s.id, s.title).addTo(state.groups.stations);
    }
    state.flares = context.flares.map((f) => {
      // A flare listed in few years is a ring, a lasting one a disc.
      const lasting = f.volumes.filter((volume) => volume > 0).length >= LASTING_YEARS;
      const dot = L.circleMarker(f.at, { radius: 1, weight: 1, color: f.background ? "#7d7d7d" : "#8a5a00", fillColor: f.background ? "#9a9a9a" : "#D99A1C", fillOpacity: lasting ? 0.6 : 0, renderer: canvas });
      dot.on("click", () => opens(f.id));
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
    state.flared = true;
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

  // ── detections: cells that the server counted ───────────────────────────────────────────────────
  const STEP = 32, LARGEST = 512 * 512, KEPT = 24, CLASSES = [1, 10, 100, 1000, 10000];

  /** A strip at the top of the map: how many are in view, of which days, and what the colours mean. */
  function makeStrip(state) {
    const strip = element("div", "strip"), said = element("p"), ramp = element("p", "ramp");
    strip.hidden = true;
    said.setAttribute("role", "status");
    strip.append(said, ramp, element("p", "note", state.options.texts.detections_note));
    state.map.getContainer().append(strip);
    L.DomEvent.disableClickPropagation(strip);
    state.cells = { strip, said, ramp, at: null, answer: null, overlay: null, stop: null, kept: new Map() };
  }

  /** The block of cells that holds what is in view and a margin, on a grid, so that a small move asks for nothing new. */
  function blockInView(map) {
    const view = map.getBounds().pad(0.25);
    for (let level = Math.max(0, Math.min(6, map.getZoom() - 3)); ; level--) {
      const size = 2 ** level;
      const axis = (low, high, origin) => {
        const first = Math.max(0, Math.floor(((low + origin) * size) / STEP) * STEP);
        const last = Math.min(2 * origin * size, Math.ceil(((high + origin) * size) / STEP) * STEP);
        return [first, Math.max(1, last - first)];
      };
      const [west, columns] = axis(view.getWest(), view.getEast(), 180), [south, rows] = axis(view.getSouth(), view.getNorth(), 90);
      if (columns * rows <= LARGEST || !level) return { level, west, south, columns, rows };
    }
  }

  async function drawDetections(state) {
    const { map, cells, options } = state, asked = state.view && state.view.detections;
    if (!cells) return;
    cells.strip.hidden = !asked || !state.visible.detections;
    if (cells.strip.hidden) {
      if (cells.overlay) cells.overlay.remove();
      return;
    }
    const block = blockInView(map);
    const url = asked.url + asked.days + Object.entries(block).map(([key, value]) => `&${key}=${value}`).join("");
    if (cells.stop) cells.stop.abort();
    const stop = (cells.stop = new AbortController());
    if (!cells.kept.has(url)) {
      try {
        const answer = await fetch(url, { signal: stop.signal });
        if (!answer.ok) throw new Error(answer.status);
        cells.kept.set(url, { ...(await answer.json()), block });
        if (cells.kept.size > KEPT) cells.kept.delete(cells.kept.keys().next().value);
      } catch (error) {
        if (error.name !== "AbortError") cells.said.textContent = options.texts.detections_failed;
        return;
      }
      if (cells.stop !== stop || cells.strip.hidden) return;
    }
    if (cells.at !== url) {
      cells.at = url;
      cells.answer = cells.kept.get(url);
      paintCells(state);
    }
    cells.overlay.addTo(map);
    sayDetections(state);
    document.documentElement.dataset.detections = cells.answer.n;
    state.painted("cells");
  }

  /** One canvas over the block; rows are as high as the projection makes them. Darker by powers of ten, the same at every zoom. */
  function paintCells(state) {
    const { map, cells, ink } = state, { level, west, south, columns, rows } = cells.answer.block, size = 2 ** level;
    const zoom = map.getZoom(), y = (row) => map.project([(south + row) / size - 90, 0], zoom).y;
    const bounds = L.latLngBounds([south / size - 90, west / size - 180], [(south + rows) / size - 90, (west + columns) / size - 180]);
    const top = y(rows), wide = (256 * 2 ** zoom) / 360 / size;
    const edges = Int32Array.from({ length: rows + 1 }, (_, row) => Math.round(y(row) - top));
    const canvas = element("canvas");
    canvas.width = Math.min(8192, Math.ceil(columns * wide)); canvas.height = Math.min(8192, Math.ceil(edges[0]));
    canvas.setAttribute("aria-hidden", "true");
    const pen = canvas.getContext("2d"), list = cells.answer.cells;
    for (let at = 0; at < list.length; at += 3) {
      // Whole pixels: a seam between cells would draw a grid that nobody observed.
      const row = list[at + 1] - south, low = edges[row], high = edges[row + 1], left = Math.round((list[at] - west) * wide);
      pen.fillStyle = ink.heat[CLASSES.findLastIndex((from) => list[at + 2] >= from)];
      pen.fillRect(left, high, Math.max(1, Math.round((list[at] - west + 1) * wide) - left), Math.max(1, low - high));
    }
    const overlay = L.svgOverlay(canvas, bounds, { pane: "cells", interactive: false, opacity: 0.85 });
    if (cells.overlay) cells.overlay.remove();
    cells.overlay = overlay;
  }

  function sayDetections(state) {
    const { map, cells, options, ink } = state, { block, cells: list } = cells.answer, size = 2 ** block.level, view = map.getBounds();
    const axis = (degrees, origin) => (degrees + origin) * size - 0.5;
    const [west, east] = [view.getWest(), view.getEast()].map((d) => axis(d, 180)), [south, north] = [view.getSouth(), view.getNorth()].map((d) => axis(d, 90));
    let n = 0;
    for (let at = 0; at < list.length; at += 3) if (list[at] >= west && list[at] <= east && list[at + 1] >= south && list[at + 1] <= north) n += list[at + 2];
    // Browsers do not know how Kazakh writes numbers; it writes them as Russian does.
    const number = (value) => value.toLocaleString(options.language === "kk" ? "ru" : options.language);
    cells.said.textContent = options.texts.detections_in_view.replace("{n}", number(n)).replace("{period}", state.view.detections.period);
    cells.ramp.replaceChildren(element("span", "", options.texts.detections_square.replace("{km}", number(+(111 / size).toPrecision(2))) + ":"));
    CLASSES.forEach((from, at) => {
      const box = element("i");
      box.style.background = ink.heat[at];
      cells.ramp.append(box, element("span", "", number(from) + (at === CLASSES.length - 1 ? "+" : "")));
    });
    document.documentElement.dataset.inView = n;
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
      map, options, ink, labels: [], ownLabels: [], marks: [], kept: new Map(), picked: null, years: null, flares: null,
      visible: { incidents: true, places: true, assets: true, flares: true, stations: false, detections: false, names: true, ...options.visible },
      groups: { places: L.layerGroup(), assets: L.layerGroup(), flares: L.layerGroup(), stations: L.layerGroup() },
      canvas: L.canvas({ padding: 0.4 }),
      disc: L.layerGroup(),
      painted: (what) => { document.documentElement.dataset[what] = "painted"; },
    };
    states.set(map, state);
    state.placeLabels = makeLabels(state);
    openBesideLegend();
    state.incidents = L.markerClusterGroup({ maxClusterRadius: 38, showCoverageOnHover: false, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches, iconCreateFunction: (c) => badge(c, options.language), spiderLegPolylineOptions: { weight: 1, color: ink.label, opacity: 0.8 } });
    state.switchLayers = () => {
      for (const [key, group] of [...Object.entries(state.groups), ["incidents", state.incidents]]) {
        if (state.visible[key]) map.addLayer(group); else map.removeLayer(group);
      }
      state.placeLabels();
      drawDetections(state);
    };
    if (options.texts.detections) {
      map.createPane("cells").style.zIndex = 250;
      makeStrip(state);
      map.on("moveend", () => drawDetections(state));
    }
    // Leaflet waits a fifth of a second after a resize; a page that is turned must not.
    addEventListener("resize", () => requestAnimationFrame(() => map.invalidateSize({ animate: false })));
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
    const flared = String(state.years) === String(view.years) && state.flared;
    state.years = view.years;
    state.picked = view.picked;
    const stacks = view.stacks.map(([spot, n]) => {
      const [id, lat, lon, radius, name] = state.spots[spot];
      return [lat, lon, radius, "circle", view.stackColour, "place", id, `${name}: ${number(n, state.options.language)}`, n];
    });
    const things = view.things.concat(stacks);
    // Marks that stay are kept: most of a map is the same after a step of the period, or only another number at the same spot.
    const before = state.kept, now = new Map(), recounted = [];
    for (const thing of things) {
      const key = thing[8] > 1 ? `many ${thing[6]}` : JSON.stringify(thing), kept = before.get(key);
      if (kept && kept.options.n !== thing[8]) { recount(state, kept, thing); recounted.push(kept); }
      now.set(key, kept ?? markOf(state, thing));
    }
    const gone = [...before].filter(([key]) => !now.has(key)).map(([, mark]) => mark);
    const fresh = [...now].filter(([key]) => !before.has(key)).map(([, mark]) => mark);
    state.kept = now;
    state.marks = [...now.values()];
    if (view.look && view.look.key !== state.look) {
      state.look = view.look.key;
      // Who clicked a mark sees it already; a map that moved would lose it.
      if (view.look.key !== clicked) {
        // The marks come back when the map has turned: else they would still be seen moving together and apart.
        map.removeLayer(state.incidents);
        map.setView(view.look.at, view.look.zoom, { animate: false });
      }
    }
    if (gone.length + fresh.length < state.marks.length / 2) {
      state.incidents.removeLayers(gone);
      state.incidents.addLayers(fresh);
      if (recounted.length) state.incidents.refreshClusters(recounted);
    } else {
      state.incidents.clearLayers();
      state.incidents.addLayers(state.marks);
    }
    if (state.visible.incidents) map.addLayer(state.incidents);
    for (const mark of state.marks) mark.options.icon.options.html.classList.toggle("picked", mark.options.thing === state.picked);
    listKinds(state, view.kinds);
    if (!flared) drawFlares(state);
    drawDetections(state);
    showDisc(state);
    state.placeLabels();
    document.documentElement.dataset.incidents = things.reduce((sum, t) => sum + t[8], 0);
    state.painted("view");
  }

  // What a presentation draws its own map with (present.js).
  window.tamshy = { start, show, opens, parts: { INK, glyph, drawBasemap, makeLabels } };
})();
