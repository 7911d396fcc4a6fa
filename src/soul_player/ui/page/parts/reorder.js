// Putting entries of a list in another order: by pointer and touch on the grip, by Alt + arrows, or grabbed with Space
// and moved by arrows. What happens is said aloud.
import { html, signal } from '../dom.js';
import { actions } from '../words.js';
import { reorder as words } from '../words-more.js';
import { say } from './toasts.js';

const EDGE = 64;
const SCROLL = 14;

// `count()`, `titleOf(place)`, `move(from, to)`: puts it there; `height()` of a row; `scrolls()`: what scrolls around it.
export function makeReorder({ count, titleOf, move, height, scrolls }) {
  const grabbed = signal(null);
  const said = (text, place) => say(text(titleOf(place), place + 1, count()));

  const step = (from, to, show) => {
    if (to < 0 || to >= count() || to === from) return;
    const title = titleOf(from);
    move(from, to);
    say(words.moved(title, to + 1, count()));
    show?.(to);
  };

  function onKey(event, place, show) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.altKey && by) {
      step(place, place + by, show);
      return true;
    }
    const isGrip = event.target.closest('.grip');
    if (!isGrip) return false;
    const held = grabbed.value;
    if (event.key === ' ' || event.key === 'Enter') {
      if (held) {
        grabbed.value = null;
        said(words.dropped, place);
      } else {
        grabbed.value = { place, from: place };
        said(words.grabbed, place);
      }
      return true;
    }
    if (held && by) {
      const to = held.place + by;
      if (to >= 0 && to < count()) {
        grabbed.value = { ...held, place: to };
        step(held.place, to, (at) => {
          show(at);
          requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector(`[data-place="${at}"] .grip`)?.focus({ preventScroll: true })));
        });
      }
      return true;
    }
    if (held && event.key === 'Escape') {
      grabbed.value = null;
      const title = titleOf(held.place);
      if (held.place !== held.from) move(held.place, held.from);
      say(words.cancelled(title));
      return true;
    }
    return false;
  }

  function onPointerDown(event, place) {
    if (event.button !== 0) return;
    event.preventDefault();
    const row = event.currentTarget.closest('[data-place]');
    const list = row.parentElement;
    const high = height();
    const view = scrolls();
    const begin = { y: event.clientY, scroll: view.scrollTop };
    const mark = document.createElement('i');
    mark.className = 'drop-mark';
    list.append(mark);
    row.classList.add('is-grabbed');
    row.setPointerCapture(event.pointerId);
    let to = place;
    let y = event.clientY;
    let timer = 0;
    const draw = () => {
      const by = y - begin.y + view.scrollTop - begin.scroll;
      row.style.translate = `0 ${by}px`;
      to = Math.min(count() - 1, Math.max(0, place + Math.round(by / high)));
      mark.style.top = `${(to > place ? to + 1 : to) * high - 1}px`;
    };
    const roll = () => {
      const box = view.getBoundingClientRect();
      const by = y < box.top + EDGE ? -SCROLL : y > box.bottom - EDGE ? SCROLL : 0;
      if (by) view.scrollTop += by;
      draw();
      timer = requestAnimationFrame(roll);
    };
    timer = requestAnimationFrame(roll);
    const onMove = (moved) => (y = moved.clientY);
    const end = (isDropped) => {
      cancelAnimationFrame(timer);
      row.removeEventListener('pointermove', onMove);
      row.removeEventListener('pointerup', onUp);
      row.removeEventListener('pointercancel', onCancel);
      mark.remove();
      row.classList.remove('is-grabbed');
      row.style.translate = '';
      if (isDropped) step(place, to);
    };
    const onUp = () => end(true);
    const onCancel = () => end(false);
    row.addEventListener('pointermove', onMove);
    row.addEventListener('pointerup', onUp);
    row.addEventListener('pointercancel', onCancel);
  }

  const grip = (place, row, reach) => html`<span class="number" role="gridcell"><button class="grip icon-grip" tabindex=${reach} aria-label=${actions.move(titleOf(place) || row?.title || '')} aria-pressed=${grabbed.value?.place === place} title=${words.hint}
    onPointerDown=${(event) => onPointerDown(event, place)}></button></span>`;
  return { onKey, grip, grabbed };
}
