"use strict";
/* The map can be turned to, a mark finds its row and a row its marks. Without script everything is still there to read. */
(() => {
  const map = document.querySelector(".figure.map svg"), tools = document.querySelector(".tools");
  if (map) {
    tools.hidden = false;
    const whole = map.getAttribute("viewBox").split(" ").map(Number);
    let [x, y, w, h] = whole;
    const show = () => {
      x = Math.min(Math.max(x, 0), whole[2] - w); y = Math.min(Math.max(y, 0), whole[3] - h);
      map.setAttribute("viewBox", [x, y, w, h].join(" "));
      map.parentElement.style.touchAction = w < whole[2] ? "none" : "pan-y";
    };
    const zoom = (by, px, py) => {
      if (!by) { [x, y, w, h] = whole; show(); return; }
      const to = Math.min(Math.max(w / by, whole[2] / 12), whole[2]), share = to / w;
      x += (w - to) * px; y += (h - h * share) * py; w = to; h *= share;
      show();
    };
    tools.addEventListener("click", (e) => { const b = e.target.closest("[data-zoom]"); if (b) zoom(Number(b.dataset.zoom), 0.5, 0.5); });
    map.addEventListener("wheel", (e) => {
      if (!e.ctrlKey && !e.metaKey) return;
      e.preventDefault();
      const box = map.getBoundingClientRect();
      zoom(e.deltaY < 0 ? 1.25 : 0.8, (e.clientX - box.left) / box.width, (e.clientY - box.top) / box.height);
    }, { passive: false });
    let held = null;
    map.addEventListener("pointerdown", (e) => { if (w < whole[2]) held = [e.clientX, e.clientY]; });
    window.addEventListener("pointermove", (e) => {
      if (!held) return;
      const scale = w / map.getBoundingClientRect().width;
      x -= (e.clientX - held[0]) * scale; y -= (e.clientY - held[1]) * scale; held = [e.clientX, e.clientY];
      show();
    });
    window.addEventListener("pointerup", () => { held = null; });
  }
  const marks = [...document.querySelectorAll("[data-ids]")], rows = [...document.querySelectorAll("[data-row]")];
  const light = (ids) => {
    const wanted = new Set(ids);
    marks.forEach((m) => m.classList.toggle("lit", m.dataset.ids.split(" ").some((id) => wanted.has(id))));
    rows.forEach((r) => r.classList.toggle("lit", wanted.has(r.dataset.row)));
  };
  const open = (mark) => {
    const ids = mark.dataset.ids.split(" ");
    light(ids);
    const row = rows.find((r) => ids.includes(r.dataset.row));
    if (row) { row.scrollIntoView({ block: "center" }); row.focus({ preventScroll: true }); }
  };
  marks.forEach((mark) => {
    mark.setAttribute("tabindex", "0"); mark.setAttribute("role", "link");
    mark.addEventListener("click", () => open(mark));
    mark.addEventListener("keydown", (e) => { if (e.key === "Enter") open(mark); });
  });
  rows.forEach((row) => row.addEventListener("click", (e) => { if (!e.target.closest("a")) light([row.dataset.row]); }));
})();
