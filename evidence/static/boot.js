// Runs before Streamlit: where the server is (so that a deep link asks no wrong address first), and the page's language.
window.__streamlit = { BACKEND_BASE_URL: location.origin + "%PREFIX%/" };
(function () {
  const say = () => { document.documentElement.lang = new URLSearchParams(location.search).get("lang") || "en"; };
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function () { const result = original.apply(this, arguments); say(); return result; };
  }
  addEventListener("popstate", say);
  say();
})();
