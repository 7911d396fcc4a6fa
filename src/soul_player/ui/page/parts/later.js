// What is drawn only at times is loaded when it is first wanted.
import { html, useEffect, useSignal } from '../dom.js';
import { trouble } from './toasts.js';

export function Later({ when = true, load }) {
  const shown = useSignal(null);
  useEffect(() => {
    if (when && !shown.value) load().then((module) => (shown.value = { draw: module.default }), trouble);
  }, [when]);
  return when && shown.value ? html`<${shown.value.draw} />` : null;
}
