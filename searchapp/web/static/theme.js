// Loaded in the head, before anything is drawn: a page that was switched to dark must not flash white.
// What the server says comes first; pages that know nobody remember it here.
try {
  const theme = localStorage.getItem("theme");
  if (theme && !document.querySelector('meta[name="preferences"]')) document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's theme holds then.
}
