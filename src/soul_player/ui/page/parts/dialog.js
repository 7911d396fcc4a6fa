// A native dialog: modal, Escape closes it, the focus comes back to what opened it.
import { html, useLayoutEffect, useRef } from '../dom.js';
import { frame } from '../words.js';

export function Dialog({ title, onClose, children, kind = '', isBare }) {
  const box = useRef();
  useLayoutEffect(() => {
    const opener = document.activeElement;
    box.current.showModal();
    // A form has its first field; whoever reads begins at the title.
    if (!box.current.querySelector('[autofocus]')) box.current.querySelector('h2[tabindex]')?.focus();
    return () => opener?.isConnected && opener.focus({ preventScroll: true });
  }, []);
  return html`<dialog
    class=${`dialog ${kind}`} ref=${box} aria-label=${title} onClose=${onClose}
    onCancel=${(event) => { event.preventDefault(); onClose(); }}
    onClick=${(event) => event.target === box.current && onClose()}
  >
    ${isBare ? children : html`<header><h2 tabindex="-1" dir="auto">${title}</h2><button class="round icon-close" aria-label=${frame.close} onClick=${onClose}></button></header>${children}`}
  </dialog>`;
}
