// The words of what is loaded first, and how numbers, lengths and times are said; words-more.js and words-sync.js have the rest.

const LOCALE = 'en';
const number = new Intl.NumberFormat(LOCALE);
const plural = new Intl.PluralRules(LOCALE);
const list = new Intl.ListFormat(LOCALE);

export const count = (value) => number.format(value);
export const listed = (names) => list.format(names);
export const many = (value, one, others = `${one}s`) => `${count(value)} ${plural.select(value) === 'one' ? one : others}`;

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, '0');
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

export function long(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
export function size(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${UNITS[unit]}`;
}

const DAY_MS = 86_400_000;
export function dayOf(time) {
  const then = new Date(time);
  const midnight = new Date().setHours(0, 0, 0, 0);
  const days = Math.ceil((midnight - then) / DAY_MS);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return then.toLocaleDateString(LOCALE, { weekday: 'long' });
  const isThisYear = then.getFullYear() === new Date().getFullYear();
  return then.toLocaleDateString(LOCALE, { day: 'numeric', month: 'long', year: isThisYear ? undefined : 'numeric' });
}
export const timeOf = (time) => new Date(time).toLocaleTimeString(LOCALE, { hour: '2-digit', minute: '2-digit', hour12: false });

const FORMATS = {
  'audio/flac': 'FLAC', 'audio/mpeg': 'MP3', 'audio/ogg': 'Ogg Vorbis', 'audio/ogg; codecs=opus': 'Opus', 'audio/opus': 'Opus',
  'audio/mp4': 'AAC', 'audio/aac': 'AAC', 'audio/wav': 'WAV', 'audio/x-wav': 'WAV', 'audio/aiff': 'AIFF',
};
export const format = (contentType) => FORMATS[contentType] || (contentType || '').replace(/^audio\//, '').toUpperCase();

export const titles = {
  tracks: 'Tracks', albums: 'Albums', album: 'Album', artists: 'Artists', artist: 'Artist', recent: 'Recently added',
  favourites: 'Favourites', playlists: 'Playlists', playlist: 'Playlist', smart: 'Smart playlist', query: 'Edit smart playlist', search: 'Search',
  history: 'History', downloads: 'Downloads', sync: 'Sync', settings: 'Settings', more: 'More', nowhere: 'Not found', source: 'Source', rule: 'Download rule', welcome: 'Welcome',
  queue: 'Queue', details: 'Track details',
};

export const frame = {
  skip: 'Skip to content', main: 'Main', playlists: 'Playlists', newPlaylist: 'New playlist', search: 'Search your library',
  unsynced: (value) => `${count(value)} unsynced`, toDecide: (value) => `${count(value)} to decide`, clear: 'Clear the search',
  searchIn: (value) => (value ? `Search ${many(value, 'track')}` : 'Search'), loading: 'Loading…',
  notRunning: 'Soul Player is not running on this computer. What you hear goes on as far as it is loaded.',
  failed: 'This could not be shown', syncing: 'Syncing', again: 'Try again', close: 'Close',
};

export const filters = {
  label: 'Show', all: 'All', offline: 'Available offline', device: 'On this device', favourites: 'Favourites',
  shown: (value, all) => `${count(value)} of ${many(all, 'track')} shown`,
};

export const orders = {
  label: 'Sort by', title: 'Title A–Z', artist: 'Artist A–Z', album: 'Album A–Z', added: 'Recently added', year: 'Year',
  duration: 'Longest first', plays: 'Most played', played: 'Recently played', favourited: 'Newest favourites',
};

export const where = {
  local_file: 'On this device', cached: 'Downloaded', stream_only: 'Stream', unavailable: 'Unavailable', queued: 'Queued',
  failed: 'Failed', percent: (value) => `${value}%`, downloading: 'Downloading', away: (names) => `${listed(names)} ${names.length > 1 ? 'are' : 'is'} away`,
  localFile: 'Local file', stored: 'Downloaded to this device', canStream: 'Available to stream', isAway: 'Away for now',
  signIn: 'Wants you to sign in again', gone: 'Does not have it any more', sourcesOf: (title) => `Sources of ${title}`,
  showSources: (title) => `Show the sources of ${title}`,
};

export const columns = { place: '#', title: 'Title', album: 'Album', where: 'Where', time: 'Time' };

export const actions = {
  play: 'Play', shuffle: 'Shuffle', playNext: 'Play next', addToQueue: 'Add to queue', addToPlaylist: 'Add to playlist',
  goToAlbum: 'Go to album', goToArtist: 'Go to artist', download: 'Download', removeDownload: 'Remove download', keep: 'Keep on this device', details: 'Details',
  remove: 'Remove from this playlist', moveUp: 'Move up', moveDown: 'Move down', rename: 'Rename', delete: 'Delete',
  more: (title) => `More actions for ${title}`, favourite: (title) => `Favourite ${title}`, cancel: 'Cancel', save: 'Save',
  removeQueue: (title) => `Take ${title} out of the queue`, addTo: (title) => `Add ${title} to the queue`, move: (title) => `Move ${title}`,
  all: (value) => `All ${count(value)}`, added: (tracks, name) => `${many(tracks, 'track')} added to ${name}`,
};

export const player = {
  label: 'Player', nothing: 'Nothing is playing', nothingHint: 'Choose a track', previous: 'Previous', next: 'Next', play: 'Play', pause: 'Pause',
  shuffle: 'Shuffle', repeat: 'Repeat', repeatOff: 'Repeat is off', repeatAll: 'Repeats the list', repeatOne: 'Repeats this track',
  seek: 'Position', position: (now, all) => `${now} of ${all}`, volume: 'Volume', mute: 'Mute', unmute: 'Unmute', queue: 'Queue',
  open: 'Open the player', close: 'Close the player', fromDevice: 'Playing from this device', from: (source) => `Playing from ${source}`,
  fromList: 'Playing from', nextUp: 'Next up', queueOf: (value) => `Queue, ${many(value, 'track')}`, gain: (db) => `${db > 0 ? '+' : '−'}${Math.abs(db).toFixed(1)} dB`,
  refused: 'The browser wants a click before it plays',
  failed: (title, why) => `${title} cannot be played: ${why}`,
};

export const lists = {
  sum: (tracks, sources) => `${many(tracks, 'track')} · ${many(sources, 'source')}`, tracks: (value) => many(value, 'track'), long: (tracks, seconds) => `${many(tracks, 'track')}, ${long(seconds)}`,
  ofOffline: (value) => `${count(value)} available offline`,
};

export const downloads = {
  kept: 'Kept until you remove it', download: 'Download', more: (value) => `Download ${count(value)} more`, of: (done, all) => `${count(done)} of ${count(all)}`, cancel: 'Cancel the download',
  done: 'Downloaded', remove: 'Remove the download', started: (value) => `${many(value, 'track')} queued`, local: 'On this device',
};

export const empty = {
  library: 'Your library is empty', libraryHint: 'Add a server or a folder of this device, and its music appears here while it is read.', addSource: 'Add a source',
  offline: 'Nothing to play offline yet', offlineHint: 'No music is stored on this device. Your library is safe: it plays again as soon as a server is back.',
  device: 'No files of this device', deviceHint: 'Add a folder with music, and it plays without any server.', addFolder: 'Add a folder',
  source: 'Nothing of this source now', sourceHint: 'It has no tracks, or they are not read yet.', showAll: 'Show all tracks',
  favourites: 'No favourites yet', favouritesHint: 'The heart beside a track puts it here, on all your devices.', playlists: 'Your first playlist',
  playlistsHint: 'Put one together by hand, or describe the tracks and let it fill itself. Playlists made offline reach your servers later.', playlist: 'This playlist is empty',
  playlistHint: 'Add tracks from any list: drag them here, or use the three dots beside them.', query: 'Nothing fits this query now', queryHint: 'It fills by itself when something does.', recent: 'Nothing was added yet', nowhere: 'There is no such page', nowhereHint: 'It may have been deleted on another device.', home: 'Go to your tracks',
};
