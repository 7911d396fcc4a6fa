// What happens in the client, as it happens: one socket, and signals that screens read.
import { api } from '../api.js';
import { batch, signal } from '../dom.js';

const AGAIN_MS = [500, 1_000, 2_000, 5_000];
// While a sync writes all the time, lists are read again no more often than this.
const SETTLE_MS = 1_000;

export const isConnected = signal(true);
export const status = signal(null);
export const counts = signal(null);
export const playlists = signal({ playlists: [], smart: [] });
// Goes up when lists may look different: whoever shows one reads it again.
export const libraryTick = signal(0);

const listeners = new Map();

// `on('download_progress', ...)`: for files that need an event itself. Gives what ends it.
export function on(type, listener) {
  if (!listeners.has(type)) listeners.set(type, new Set());
  listeners.get(type).add(listener);
  return () => listeners.get(type).delete(listener);
}

const CHANGES_LIBRARY = new Set(['library_changed', 'library_edited', 'matching_finished', 'sync_finished', 'missed', 'hello', 'source_changed']);
const CHANGES_STATUS = /^(sync_|source_|connectivity|matching_finished|download_(queued|finished|failed)|missed|hello|library_(changed|edited)|questions?_|offline_)/;

// A job that runs soon, and then not again before `apartMs` have gone by, however often it is asked for; and never beside
// itself: of two answers on their way the older one could come last.
export function settled(job, apartMs) {
  let timer = 0;
  let last = -Infinity;
  let isRunning = false;
  let isAskedAgain = false;
  const ask = () => {
    if (isRunning) isAskedAgain = true;
    else if (!timer) timer = setTimeout(run, Math.max(0, last + apartMs - performance.now()));
  };
  const run = async () => {
    timer = 0;
    last = performance.now();
    isRunning = true;
    isAskedAgain = false;
    try {
      await job();
    } finally {
      isRunning = false;
      if (isAskedAgain) ask();
    }
  };
  return ask;
}

async function quietly(read) {
  try {
    await read();
  } catch (error) {
    // It is read again with the next event, or when the socket is back.
    if (error.code !== 'not_running') console.warn(error.message);
  }
}

export const readStatus = settled(() => quietly(async () => (status.value = await api.get('/api/status'))), 300);
const readCounts = settled(() => quietly(async () => (counts.value = await api.get('/api/counts'))), SETTLE_MS);
export const readPlaylists = settled(() => quietly(async () => (playlists.value = { ...(await api.get('/api/playlists')), isRead: true })), 300);
export const touchLibrary = settled(() => {
  libraryTick.value += 1;
  readCounts();
  readPlaylists();
}, SETTLE_MS);

function take(events) {
  batch(() => {
    for (const event of events) {
      if (CHANGES_LIBRARY.has(event.type)) touchLibrary();
      if (CHANGES_STATUS.test(event.type)) readStatus();
      for (const listener of listeners.get(event.type) || []) listener(event);
    }
  });
}

let tries = 0;

export function startLive() {
  readStatus();
  touchLibrary();
  connect();
  // The badge says how long ago: a minute is its unit.
  setInterval(readStatus, 60_000);
}

function connect() {
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/events`);
  socket.onmessage = (message) => {
    tries = 0;
    isConnected.value = true;
    take(JSON.parse(message.data).events);
  };
  socket.onclose = () => {
    isConnected.value = false;
    // Who is not let in any more hears that by this, and is told how to go on.
    readStatus();
    setTimeout(connect, AGAIN_MS[Math.min(tries++, AGAIN_MS.length - 1)]);
  };
}
