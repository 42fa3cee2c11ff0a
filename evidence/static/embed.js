/* One map or figure inside a page of others: starts the map, tells the page around it how high it is, and nothing else. */
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("embed-data").textContent);
  if (data.options) {
    window.tamshyOpens = data.opens;
    // A page that is being scrolled must not be caught by a map in it.
    const map = L.map("map", { center: data.centre, zoom: data.zoom, minZoom: 3, maxZoom: 14, preferCanvas: true, scrollWheelZoom: false });
    window.tamshy.start(map, data.options);
    window.tamshy.show(map, data.view);
  }
  const tell = () => window.parent.postMessage({ tamshy: "height", height: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
  new ResizeObserver(tell).observe(document.body);
  addEventListener("load", tell);
})();
