// One menu for the whole page, beside what opened it: arrows move in it, Escape closes it and gives the focus back.
import { html, signal, useEffect, useLayoutEffect, useRef } from '../dom.js';

const open = signal(null);
const MARGIN = 8;

// `items`: {label, icon, run} or {label, items} for a list behind it, or null for a line between.
export function openMenu(anchor, items, event, label) {
  const box = anchor.getBoundingClientRect();
  const isPointer = event?.type === 'contextmenu' && event.clientX > 0;
  open.value = {
    items: items.filter((item) => item !== undefined && item !== false),
    x: isPointer ? event.clientX : box.right, y: isPointer ? event.clientY : box.bottom,
    isEnd: !isPointer, opener: document.activeElement?.closest?.('button') || anchor, label,
  };
}

function closeMenu({ refocus = true } = {}) {
  const was = open.value;
  open.value = null;
  if (refocus && was) was.opener?.focus?.({ preventScroll: true });
}

export function Menu() {
  const box = useRef();
  const menu = open.value;
  useLayoutEffect(() => {
    if (!menu) return;
    const element = box.current;
    const { offsetWidth: wide, offsetHeight: high } = element;
    const left = menu.isEnd ? menu.x - wide : menu.x;
    element.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - wide - MARGIN))}px`;
    element.style.top = `${menu.y + high + MARGIN > innerHeight ? Math.max(MARGIN, innerHeight - high - MARGIN) : menu.y}px`;
    element.querySelector('[role=menuitem]')?.focus();
  }, [menu]);
  useEffect(() => {
    if (!menu) return undefined;
    const away = (event) => !box.current?.contains(event.target) && closeMenu({ refocus: false });
    document.addEventListener('pointerdown', away, true);
    document.addEventListener('scroll', away, true);
    return () => {
      document.removeEventListener('pointerdown', away, true);
      document.removeEventListener('scroll', away, true);
    };
  }, [menu]);
  if (!menu) return null;

  const choose = (item) => {
    if (item.items) {
      open.value = { ...menu, items: item.items, label: item.label };
      return;
    }
    closeMenu();
    item.run();
  };
  function onKeyDown(event) {
    const all = [...box.current.querySelectorAll('[role=menuitem]')];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    event.stopPropagation();
    if (to !== undefined) all.at(to % all.length)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') closeMenu();
    else if (event.key.length === 1) all.find((one, place) => place > at && one.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    else return;
    event.preventDefault();
  }
  return html`<div class="menu" role="menu" aria-label=${menu.label} ref=${box} onKeyDown=${onKeyDown}>
    ${menu.items.map((item) => item === null
      ? html`<hr />`
      : html`<button role="menuitem" tabindex="-1" class=${`icon-${item.icon || 'dots'}${item.isBad ? ' is-bad' : ''}`} aria-haspopup=${item.items ? 'menu' : undefined} onClick=${() => choose(item)}><span dir="auto">${item.label}</span>${item.items && html`<i class="icon-chevron-right"></i>`}</button>`)}
  </div>`;
}
