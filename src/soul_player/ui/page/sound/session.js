// What the system shows of the player, and its keys: lock screen, headset, media keys.
import { pictureOf } from '../parts/cover.js';
import { effect } from '../dom.js';
import { current, duration, isPlaying, position, seek, step, toggle } from './player.js';

const STEP_SECONDS = 10;

export function startSession() {
  const session = navigator.mediaSession;
  if (!session) return;
  const actions = {
    play: () => !isPlaying.value && toggle(),
    pause: () => isPlaying.value && toggle(),
    previoustrack: () => step(-1),
    nexttrack: () => step(1),
    seekbackward: (asked) => seek(position.value - (asked.seekOffset || STEP_SECONDS)),
    seekforward: (asked) => seek(position.value + (asked.seekOffset || STEP_SECONDS)),
    seekto: (asked) => seek(asked.seekTime),
    stop: () => isPlaying.value && toggle(),
  };
  for (const [name, action] of Object.entries(actions)) session.setActionHandler(name, action);

  effect(() => {
    const track = current.value;
    session.metadata = track && new MediaMetadata({
      title: track.title, artist: track.artist || '', album: track.album || '',
      artwork: track.artwork_id ? [{ src: pictureOf(track.id, track.artwork_id), sizes: '800x800' }] : [],
    });
    if (track) document.title = isPlaying.value ? `${track.title} · ${track.artist || 'Soul Player'}` : document.title;
  });
  effect(() => {
    session.playbackState = current.value ? (isPlaying.value ? 'playing' : 'paused') : 'none';
  });
  effect(() => {
    const all = duration.value;
    const now = Math.min(position.value, all);
    if (current.value && all > 0) session.setPositionState({ duration: all, position: now, playbackRate: 1 });
  });
}
