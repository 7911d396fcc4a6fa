// The beginning: the frame is drawn at once, everything else as it arrives.
import { html, render } from './dom.js';
import { Frame } from './parts/frame.js';
import { startRouter } from './router.js';
import { startShortcuts } from './shortcuts.js';
import { startSession } from './sound/session.js';
import { startLive } from './state/live.js';
import { startPlayer } from './sound/player.js';

startRouter();
render(html`<${Frame} />`, document.getElementById('app'));
startLive();
startPlayer();
startSession();
startShortcuts();
