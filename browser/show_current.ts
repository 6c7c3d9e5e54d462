/** Scrolls the narrow bars of links so that the page that is open is in sight. */
export function showCurrent(): void {
  for (const bar of document.querySelectorAll(".side-pages, .tabs")) {
    const current = bar.querySelector("[aria-current=page], [aria-current=true]");
    if (current === null || bar.scrollWidth <= bar.clientWidth) continue;
    const around = bar.getBoundingClientRect();
    const own = current.getBoundingClientRect();
    const isInSight = own.left >= around.left && own.right <= around.right;
    if (!isInSight) bar.scrollLeft += own.left - around.left - (around.width - own.width) / 2;
  }
}
