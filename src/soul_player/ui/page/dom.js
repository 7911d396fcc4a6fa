// What every file of the page draws with: Preact, htm and signals, from one place.
import { h, render } from './vendor/preact.js';
import htm from './vendor/htm.js';

export const html = htm.bind(h);
export { render };
export { useEffect, useLayoutEffect, useMemo, useRef } from './vendor/preact-hooks.js';
export { batch, computed, effect, signal, untracked, useSignal } from './vendor/preact-signals.js';

// Class names from what holds: classes('row', isNow && 'is-now').
export const classes = (...names) => names.filter(Boolean).join(' ');
