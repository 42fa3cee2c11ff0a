/* One map or figure inside a page of others: starts the map, tells the page around it how high it is, and nothing else. */
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("embed-data").textContent);
  if (data.options) {
    window.tamshyOpens = data.opens;
    // A page that is being scrolled must not be caught by a map in it.
    const map = L.map("map", { center: data.centre, zoom: data.zoom, minZoom: 3, maxZoom: 14, preferCanvas: true, scrollWheelZoom: false });
    // A frame turns to what was selected, but comes no closer than places are known, and stays at home where that lies far apart.
    const points = [...data.view.things, ...data.view.stacks].map(([lat, lon]) => [lat, lon]);
    if (points.length && map.getBoundsZoom(points, false, [72, 72]) > data.zoom) map.fitBounds(points, { padding: [36, 36], maxZoom: 9, animate: false });
    window.tamshy.start(map, data.options);
    window.tamshy.show(map, data.view);
    // A small map has no room for a legend on it: legend and credits stand under it, folded where the frame is narrow.
    const box = document.querySelector(".legend"), inside = document.createElement("div");
    inside.append(...[...box.children].slice(1));
    box.append(inside);
    box.classList.add("below");
    map.getContainer().after(box, document.querySelector(".leaflet-control-attribution"));
  }
  const tell = () => window.parent.postMessage({ tamshy: "height", height: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
  new ResizeObserver(tell).observe(document.body);
  addEventListener("load", tell);
})();
