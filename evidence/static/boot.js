// Runs before Streamlit: where the server is (so that a deep link asks no wrong address first), the page's language,
// links that open a record in place, and buttons that copy.
window.__streamlit = { BACKEND_BASE_URL: location.origin + "%PREFIX%/" };
(function () {
  const say = () => { document.documentElement.lang = new URLSearchParams(location.search).get("lang") || "en"; };
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function () { const result = original.apply(this, arguments); say(); return result; };
  }
  addEventListener("popstate", say);
  say();
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]"), copy = event.target.closest?.(".t-copy button");
    const pages = [location.pathname, ...[...document.querySelectorAll("[data-testid=stTopNavLink]")].map((a) => a.pathname)];
    const open = link && link.origin === location.origin && !link.hash && !link.dataset.testid && pages.includes(link.pathname) && link;
    if (open && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
      // Streamlit runs a page anew when the history moves: the same as Back, without loading anything.
      event.preventDefault();
      history.pushState(null, "", open.href);
      dispatchEvent(new PopStateEvent("popstate"));
    }
    if (copy) {
      const code = copy.parentElement.querySelector("code"), was = copy.textContent;
      getSelection().selectAllChildren(code);
      // A page served without TLS has no clipboard but this one.
      const done = navigator.clipboard ? navigator.clipboard.writeText(code.textContent) : Promise.resolve(document.execCommand("copy"));
      done.then(() => { copy.textContent = copy.dataset.copied; setTimeout(() => { copy.textContent = was; }, 2000); }, () => {});
    }
  });
})();
