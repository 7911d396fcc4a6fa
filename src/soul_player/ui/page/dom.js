// What every file of the page draws with: Preact, htm and signals, from one place.
import { Component, Fragment, h, render } from './vendor/preact.js';
import htm from './vendor/htm.js';

export const html = htm.bind(h);
export { Component, Fragment, render };
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from './vendor/preact-hooks.js';
export { batch, computed, effect, signal, untracked, useComputed, useSignal, useSignalEffect } from './vendor/preact-signals.js';

// Class names from what holds: classes('row', isNow && 'is-now').
export const classes = (...names) => names.filter(Boolean).join(' ');
