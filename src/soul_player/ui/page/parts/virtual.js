// A list of any length of which only what is in sight is drawn. Rows are of one height; one of them may be unfolded.
import { html, useEffect, useLayoutEffect, useRef, useSignal } from '../dom.js';
import { scroller as mainScroller } from '../router.js';

const BEYOND = 2;
// As high as the bar that stands over the list.
const UNDER = 96;

// `list`: want(first, last), total. `row(place)`: what is drawn there. `unfolded`: {place, height} of the open row.
export function Virtual({ total, height, list, row, label, unfolded, columns, role = 'grid', scrolls = mainScroller, onKey, handle }) {
  const box = useRef();
  const sight = useSignal([0, 20]);
  const active = useSignal(0);
  // The place whose row is to be focused, until it is drawn with all that it holds.
  const wanted = useRef(null);
  const reach = (place) => box.current?.querySelector(`[data-place="${place}"]`);

  const extra = unfolded ? unfolded.height : 0;
  const topOf = (place) => place * height + (unfolded && place > unfolded.place ? extra : 0);
  const whole = total * height + extra;

  function look() {
    const view = scrolls();
    if (!view || !box.current) return;
    const seen = view.getBoundingClientRect();
    const begins = box.current.getBoundingClientRect().top;
    const top = Math.max(0, seen.top - begins);
    const at = (y) => Math.floor((unfolded && y > topOf(unfolded.place + 1) - extra ? Math.max(y - extra, (unfolded.place + 1) * height) : y) / height);
    const first = Math.max(0, at(top) - BEYOND);
    const last = Math.min(total - 1, at(seen.bottom - begins) + BEYOND);
    list?.seen?.(at(seen.top - begins + UNDER + 1));
    if (first !== sight.value[0] || last !== sight.value[1]) sight.value = [first, last];
  }

  useLayoutEffect(look);
  useLayoutEffect(() => {
    // One that waited for its words is another element once it has them, and the focus went with the former.
    const found = wanted.current !== null && reach(wanted.current);
    if (!found) return;
    if (document.activeElement === document.body || box.current.contains(document.activeElement)) found.focus({ preventScroll: true });
    if (!found.matches('.is-waiting')) wanted.current = null;
  });
  useEffect(() => {
    const view = scrolls();
    if (!view) return undefined;
    let frame = 0;
    const soon = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        look();
      });
    };
    view.addEventListener('scroll', soon, { passive: true });
    addEventListener('resize', soon);
    return () => {
      view.removeEventListener('scroll', soon);
      removeEventListener('resize', soon);
      cancelAnimationFrame(frame);
    };
  }, [total, height, unfolded?.place, extra]);

  const [first, last] = sight.value;
  useEffect(() => {
    if (total > 0) list?.want(first, Math.min(last, total - 1));
  }, [first, last, list, total]);

  function show(place, { focus = false, isFirst = false } = {}) {
    active.value = place;
    const view = scrolls();
    const within = box.current.getBoundingClientRect().top - view.getBoundingClientRect().top + view.scrollTop;
    const top = within + topOf(place);
    if (isFirst || top < view.scrollTop + UNDER) view.scrollTop = top - UNDER;
    else if (top + height > view.scrollTop + view.clientHeight - 8) view.scrollTop = top + height - view.clientHeight + 8;
    look();
    if (!focus) return;
    wanted.current = place;
    // At once where it is drawn already: the next key may come before the next frame.
    reach(place)?.focus({ preventScroll: true });
  }
  if (handle) handle.current = { show };

  function onKeyDown(event) {
    const place = Number(event.target.closest('[data-place]')?.dataset.place);
    if (Number.isNaN(place)) return;
    if (onKey?.(event, place, (to) => show(to, { focus: true }))) {
      event.preventDefault();
      return;
    }
    const page = Math.max(1, Math.floor((scrolls()?.clientHeight || 600) / height) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const step = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey ? undefined : steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    show(Math.min(total - 1, Math.max(0, place + step)), { focus: true });
  }

  const drawn = [];
  // The one that keys are at stays in reach, also while it is scrolled out of sight.
  const held = Math.min(active.value, total - 1);
  if (held >= 0 && held < first) drawn.push(held);
  for (let place = first; place <= Math.min(last, total - 1); place += 1) drawn.push(place);
  if (held > last && held < total) drawn.push(held);
  return html`<div
    ref=${box} class="virtual" role=${role} aria-label=${label} aria-rowcount=${role === 'grid' ? total : undefined} aria-colcount=${columns}
    style=${{ height: `${whole}px` }} onKeyDown=${onKeyDown} onFocusIn=${(event) => {
      const place = Number(event.target.closest('[data-place]')?.dataset.place);
      if (!Number.isNaN(place)) active.value = place;
    }}
  >${drawn.map((place) => row(place, { top: topOf(place), isActive: place === held }))}</div>`;
}
