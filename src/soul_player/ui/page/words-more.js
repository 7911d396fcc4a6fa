// Every word of the screens that are not shown first, beside words.js.
import { count, long, many, size } from './words.js';

export const albums = {
  count: (value) => many(value, 'album'), orders: { title: 'Title A–Z', artist: 'Artist A–Z', added: 'Recently added', year: 'Newest first' },
  kind: 'Album', from: (names) => `from ${names}`, here: 'this device', unknown: 'Unknown artist', letters: 'First letters',
};

export const artists = {
  count: (value) => many(value, 'artist'), kind: 'Artist', top: 'Top tracks', whereIs: 'Where the music is', plays: (value) => many(value, 'play'),
  sum: (albums, tracks, seconds) => `${many(albums, 'album')} · ${many(tracks, 'track')}, ${long(seconds)}`, offline: (value) => `${count(value)} available offline`,
  row: (albums, tracks) => `${many(albums, 'album')} · ${many(tracks, 'track')}`, always: 'Always', online: 'Online', offlineNow: 'Offline', device: 'This device',
  deviceSum: (value) => `${many(value, 'track')} · files and downloads`, sourceSum: (value) => `${many(value, 'track')} to stream`, signIn: 'Sign in',
};

export const playlists = {
  count: (value) => (value ? many(value, 'playlist') : 'None yet'), kind: 'Playlist', yours: 'on this device only', of: (source) => `at ${source}`, orphan: 'deleted at its server, kept here',
  smartKind: 'Smart playlist', name: 'Name',
  new: 'New playlist', newSmart: 'New smart playlist', newest: 'The newest tracks first', where: 'Where it is kept', deviceOnly: 'On this device only', create: 'Create', edit: 'Edit', saveQuery: 'Save as smart playlist',
  pending: (value) => `${many(value, 'change')} made here ${value === 1 ? 'is' : 'are'} waiting to be sent.`, see: 'See changes', renameTitle: 'Rename playlist',
  deleteTitle: (name) => `Delete ${name}?`, deleteText: 'It goes on all your devices. The tracks stay.',
  removed: (title) => `${title} taken out`, made: (name) => `${name} was made`, gone: 'Unknown track',
};

export const search = {
  top: 'Top result', all: 'All', tracks: 'Tracks', albums: 'Albums', artists: 'Artists', playlists: 'Playlists', found: (value) => many(value, 'result'),
  none: (text) => `Nothing is called “${text}”`, noneHint: 'Every word must be in the title, artist, album or genre. Fields work too: artist:amber year:2020..',
  begin: 'Find anything in your library', beginHint: 'Titles, artists, albums, genres. It works without a network. Fields narrow it: genre:jazz year:1959 rating:4..',
  smart: 'Smart', here: (here, all) => (here === all ? 'On this device' : `${count(here)} of ${count(all)} on this device`), offlineNone: 'Nothing of it is on this device', showAll: 'Show all',
};

export const details = {
  title: 'Track details', playsFirst: 'Plays first', kept: 'Kept because', sources: 'Sources', why: 'Why these are one track', alike: (value) => `${Math.round(value * 100)}% alike`,
  split: 'Split', splitOne: (source) => `Split off ${source}`, played: 'Played', times: (value) => many(value, 'time'), same: 'the same file', tags: 'Tags', never: 'Not played on this device yet',
  gain: 'ReplayGain', noGain: 'The tags hold no ReplayGain', rating: 'Rating', ratingOf: (value) => `${value} of 5`, noRating: 'No rating', genre: 'Genre', year: 'Year', album: 'Album', track: 'Track',
  methods: { hash: 'The audio is the same, bit for bit', musicbrainz: 'Both name the same recording (MusicBrainz)',
    fingerprint: 'The sound is the same', metadata: 'Title, artist and length agree', person: 'You said so' },
  sound: 'How like they sound', differs: 'differs', splitDone: 'They are two recordings now', months: 'Plays in the last twelve months', onlyHere: 'this device',
  vetoes: { version_differs: 'One is another version', length_differs: 'Lengths differ', digits_differ: 'Numbers in the titles differ', title_differs: 'Titles differ', no_title: 'A title is missing', too_little_in_common: 'Little in common',
    artist_differs: 'Artists differ', album_position_differs: 'Places on the album differ', ids_differ: 'Ids differ', same_source: 'Both are of one source', hash_not_verified: 'A hash is not verified',
    fingerprint_unsure: 'The sound is not clear', fingerprint_differs: 'The sound differs', another_is_as_like: 'Another one is as like' },
};

export const shortcuts = {
  title: 'Keyboard shortcuts', or: 'or', then: 'then', letters: 'Single-letter shortcuts', lettersHint: 'Off: letters alone do nothing. Never active while you type.',
  groups: {
    playback: 'Playback', find: 'Find and go', lists: 'Lists and panels',
  },
  names: {
    toggle: 'Play or pause', seek: 'Back, forward 10 s', step: 'Previous, next', volume: 'Volume down, up', mute: 'Mute', shuffle: 'Shuffle', repeat: 'Repeat', favourite: 'Favourite',
    search: 'Search', albums: 'Albums', tracks: 'Tracks', playlists: 'Playlists', downloads: 'Downloads', current: 'Current track', rows: 'Previous, next row', playRow: 'Play the row',
    queueRow: 'Add it to the queue', moveRow: 'Move it', queue: 'Queue', close: 'Close, clear', help: 'This help',
  },
};

export const playback = {
  title: 'Playback', gain: 'ReplayGain', gainHint: 'Plays quiet and loud records at one loudness, where their tags say how.', gainAlbum: 'Album', gainTrack: 'Track', gainOff: 'Off',
  offlineOnly: 'Play downloaded only', offlineOnlyHint: 'The queue skips what is not on this device. Nothing goes offline.', keys: 'Single-letter shortcuts',
};

export const queue = {
  title: 'Queue', upNext: 'Up next', history: 'History', now: 'Now playing', added: 'Next, added by you', from: 'Next from ',
  rest: 'Next', clear: 'Clear', clearAll: 'Clear queue', save: 'Save as playlist', empty: 'Nothing comes after this',
  emptyHint: 'Play an album or a playlist, or add tracks with Shift + Enter.', all: 'All history', noHistory: 'Nothing was played on this device yet',
  told: (source) => `counted at ${source}`, here: 'this device', name: 'Queue',
};

export const reorder = {
  grabbed: (title, place, all) => `${title} is grabbed, ${place} of ${all}. Arrow keys move it, Space drops it, Escape puts it back.`,
  moved: (title, place, all) => `${title}: ${place} of ${all}`, dropped: (title, place, all) => `${title} dropped, ${place} of ${all}`,
  cancelled: (title) => `${title} is back where it was`, hint: 'Press Space to grab, arrow keys to move, Space to drop, Escape to cancel.',
};

export const offline = {
  away: 'You are offline.', chosen: 'You work offline.', here: (value) => `${value ? `${many(value, 'track')} ${value === 1 ? 'plays' : 'play'}` : 'No track plays yet'} from this device. Edits are kept and sent later.`, show: 'Show only these', online: 'Go online',
};

export const starts = {
  playlists: 'Or start from one of these', downloads: 'Or let Soul Player choose', tracks: (value) => many(value, 'track'), sum: (tracks, bytes) => `${many(tracks, 'track')}, ${size(bytes)}`,
  all: [['Five stars', 'rating:5'], ['Favourites', 'favourite:yes'], ['Played often', 'plays:5..'], ['New this month', 'added:-30d']],
};
