// What stands beside the list, or over it on a phone: the queue, or the details of a track.
import { html, useEffect, useSignal } from '../dom.js';
import { isMedium, isNarrow, panel } from '../state/window.js';
import { titles } from '../words.js';
import { Dialog } from './dialog.js';

const kinds = {
  queue: { load: () => import('../screens/queue.js'), label: titles.queue },
  details: { load: () => import('../screens/track-details.js'), label: titles.details },
};
export const close = () => (panel.value = null);

export function Panel() {
  const shown = useSignal(null);
  const { kind, ...rest } = panel.value;
  useEffect(() => {
    let isOver = false;
    kinds[kind].load().then((module) => !isOver && (shown.value = { kind, draw: module.default }));
    return () => (isOver = true);
  }, [kind]);
  const inside = shown.value?.kind === kind && html`<${shown.value.draw} ...${rest} close=${close} />`;
  if (isNarrow.value || isMedium.value) return html`<${Dialog} title=${kinds[kind].label} kind="is-sheet" onClose=${close} isBare=${true}><div class="panel">${inside}</div></${Dialog}>`;
  return html`<aside class="panel is-beside" aria-label=${kinds[kind].label}>${inside}</aside>`;
}
