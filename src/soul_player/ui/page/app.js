// The beginning: the frame is drawn at once, everything else as it arrives.
import { effect, html, render } from './dom.js';
import { Frame } from './parts/frame.js';
import { go, path, startRouter } from './router.js';
import { startShortcuts } from './shortcuts.js';
import { startSession } from './sound/session.js';
import { startLive, status } from './state/live.js';
import { startPlayer } from './sound/player.js';

startRouter();
render(html`<${Frame} />`, document.getElementById('app'));
startLive();
startPlayer();
startSession();
startShortcuts();
// Whoever has no source yet is asked where the music is.
effect(() => status.value?.sources.length === 0 && path.value === '/' && go('/welcome', { replace: true }));
