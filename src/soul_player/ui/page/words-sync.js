// Every word of the screens about syncs, decisions, downloads, rules, sources and settings, beside words.js.
import { count, dayOf, many, size } from './words.js';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

// `just now`, `5 min ago`, `yesterday`. A clock that was set back makes nothing happen in the future.
export function ago(time, now = Date.now()) {
  const seconds = Math.max(0, (now - new Date(time)) / 1_000);
  if (seconds < MINUTE) return 'just now';
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  const days = Math.floor(seconds / DAY);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

// How long something will still take, in one unit.
export function left(seconds) {
  if (seconds < MINUTE) return `${Math.max(1, Math.round(seconds))} s left`;
  if (seconds < HOUR) return `about ${Math.round(seconds / MINUTE)} min left`;
  return `about ${Math.round(seconds / HOUR)} h left`;
}

const since = (time) => dayOf(time).replace(/^(Today|Yesterday)$/, (word) => word.toLowerCase());

export const rate = (bytesPerSecond) => `${size(bytesPerSecond)}/s`;

export const sync = {
  sub: (names) => (names ? `${names} · every 30 minutes and after your changes` : 'Every 30 minutes and after your changes'), now: 'Sync now', cancel: 'Cancel', cancelled: 'Cancelled: the next sync goes on from there',
  from: (name) => `Syncing from ${name}...`, kinds: { tracks: 'Tracks', playlists: 'Playlists', user_data: 'Favourites, ratings, plays', edits: 'Your edits', hashes: 'Files read', files: 'Files' },
  // As in `Tracks: 1,234 / 5,000 (24%)`.
  step: (kind, { done, total, percent }) => `${kind}: ${count(done)}${total ? ` / ${count(total)} (${percent}%)` : ''}`,
  queue: (value) => `Download Queue: ${count(value)} pending`, matching: 'Finding the same recordings in other sources', retrying: (reason, seconds) => `${reason}: tries again in ${Math.ceil(seconds)} s`,
  spoken: (name, kind, percent) => `${name}: ${kind} ${percent} percent`, done: (name) => `${name} is synced`, idle: 'Nothing is synced at the moment', next: (time) => `Last sync ${time}`,
  waiting: 'Waiting to send', waitingHint: 'Saved on this device. Sent when its server is reachable and has the tracks.', nothingWaits: 'Every edit has been sent.',
  failedEdits: 'No server takes these', failedHint: 'Still shown on this device. Say what is to be done.', retry: 'Retry', correct: 'Change', discard: 'Discard', newName: 'New name', newRating: 'New rating',
  recent: 'How the sources are', never: 'Not synced yet', changed: ({ tracks_synced: added, tracks_updated: updated, tracks_deleted: removed, pushed }) => {
    const parts = [added && `+${many(added, 'track')}`, updated && `${count(updated)} updated`, removed && `${count(removed)} removed`, pushed && `${many(pushed, 'edit')} sent`].filter(Boolean);
    return parts.length ? parts.join(', ') : 'Nothing had changed';
  },
  seconds: (value) => (value < 0.1 ? 'at once' : `${value < 10 ? value.toFixed(1) : Math.round(value)} s`), unreadable: (value) => `${many(value, 'file')} could not be read`,
  states: { syncing: 'Syncing', synced: 'Synced', failed: 'Failed', offline: 'Offline', limited: 'Limited', cancelled: 'Cancelled' },
  actions: { retry: 'Retry', sign_in: 'Sign in', check_certificate: 'Check the certificate' },
};

const plural = (value, one, others) => value && many(value, one, others);
export const waiting = {
  playlist: ({ 'playlist.create': made, 'playlist.delete': gone, 'playlist.rename': renamed, 'entry.add': added, 'entry.move': moved, 'entry.remove': removed }) => {
    if (gone) return 'deleted';
    const tracks = [added && `${many(added, 'track')} added`, removed && `${count(removed)} removed`, moved && `${count(moved)} moved`];
    return [made && 'new', renamed && 'renamed', ...tracks].filter(Boolean).join(', ') || 'changed';
  },
  titles: { favourites: (value) => plural(value, 'favourite'), ratings: (value) => plural(value, 'rating'), plays: (value) => plural(value, 'play') },
  last: (name, value) => (value > 1 ? `${name} and ${count(value - 1)} more` : name), plays: 'Counts are added up, never overwritten', unnamed: 'A playlist', to: (source) => `for ${source}`,
};

export const decisions = {
  title: 'Needs your decision', none: 'Nothing needs your decision.', later: 'Decide later', apply: 'Apply', show: 'Decide', undo: 'Undo', done: (value) => (value > 1 ? `${count(value)} are decided. It can be taken back for 30 days.` : 'Done. It can be taken back for 30 days.'), undone: 'Taken back: it waits again',
  same: 'Are these the same track?', alike: (value) => `${Math.round(value * 100)}% alike`, merge: 'Merge into one', separate: 'Keep both', compare: 'Compare by ear', compareHint: 'All play from the same place; switch as often as you like.',
  similar: (value) => `Do this for all ${count(value)} like it`, of: (mine, source, theirs, other) => `${mine} (${source}) and ${theirs} on ${other}`, more: (value) => `Show ${count(value)} more`, noAlbum: 'no album',
  fields: { title: 'Title', artist: 'Artist', album: 'Album', track_number: 'Track', year: 'Year', duration: 'Length', audio: 'Audio', sound: 'Sound' }, field: 'Field', because: 'Asked because', table: 'Compare the two tracks',
  previousPair: 'Previous pair', nextPair: 'Next pair', pairOf: (at, all) => `${count(at)} of ${count(all)}`, sound: (value) => `${Math.round(value * 100)}% alike by ear`,
  playlist_deleted: {
    title: ({ name, restored }, source) => (restored ? `${source} has lost “${name}”` : `“${name}” was deleted on ${source}`), text: 'You have edits of it here that were made after that. What should happen?',
    choices: { mine: (source) => [`Keep my version and put it back on ${source}`, 'With all of its tracks and your changes.'], local: () => ['Keep it on this device only', 'Becomes a playlist of this device. It will not sync.'], theirs: () => ['Delete it here too', 'You can undo this for 30 days. Downloaded tracks stay.'] },
    order: ['mine', 'local', 'theirs'],
  },
  playlist_changed: {
    title: ({ name }) => `“${name}” was changed after you deleted it`, text: 'Another device of yours changed it meanwhile. What should happen?',
    choices: { theirs: () => ['Keep it', 'With the changes of the other device.'], mine: (source) => ['Delete it all the same', `Also on ${source}. You can undo this for 30 days.`] }, order: ['theirs', 'mine'],
  },
  mass_deletion: {
    title: ({ tracks, of }, source) => `${source} says that ${count(tracks)} of its ${many(of, 'track')} are gone`, text: 'Perhaps a disk is not mounted there. Nothing was taken away here yet; the rest goes on syncing.',
    choices: { keep: () => ['Go on showing them', 'They stay until you say otherwise.'], apply: () => ['Let them go', 'Downloads, plays and favourites of them are kept.'] }, order: ['keep', 'apply'],
  },
  server_changed: {
    title: ({ name, url }, source) => `Another server${name ? ` (${name})` : ''} answers at ${url} than ${source}`, text: 'Nothing was sent to it. What is it?',
    choices: { leave: () => ['I do not know', 'Nothing is done, and nothing is sent.'], rebuilt: () => ['The same library, rebuilt', 'Gets what is yours once you have signed in there.'], another: () => ['Another server', 'Becomes a source of its own.'] }, order: ['leave', 'rebuilt', 'another'],
  },
};

export const downloads = {
  sub: ({ pending, active, rate: now, limit, left: rest }) => [`${count(pending)} pending`, active && `${count(active)} active`, now && (limit ? `${rate(now)} of ${rate(limit)}` : rate(now)), rest].filter(Boolean).join(' · '),
  idle: 'Nothing waits', none: 'Nothing is downloaded now', noneHint: 'Download an album or a playlist, and it plays without a network. Rules can do that by themselves.', browse: 'Browse albums', rule: 'Make a rule', pauseAll: 'Pause all', resumeAll: 'Resume all', retryAll: 'Retry all', cancelAll: 'Cancel all',
  now: 'Now', next: 'Up next', nextHint: 'You asked for these first. Automatic downloads wait behind them.', failed: 'Failed', cancel: (title) => `Cancel the download of ${title}`, retry: 'Retry', asked: 'You asked', automatic: 'Automatic',
  bytes: (done, total) => (total ? `${size(done)} of ${size(total)}` : size(done)), resumedAt: (percent) => `resumed at ${percent}%`, more: (value) => `Show all ${count(value)}`, quality: (name) => `in ${name} quality`, moved: (title, place) => `${title} is number ${place} now`,
  failedNote: (value) => `${many(value, 'download')} failed.`, pauseOne: (title) => `Pause ${title}`, resumeOne: (title) => `Resume ${title}`, handle: (title) => `Move ${title}: arrow up, arrow down`, cancelledAll: 'The queue is empty now', clearQuestion: 'Cancel all downloads?', clearText: 'What is on this device already stays.',
};

export const storage = {
  title: 'Storage on this device', used: (used, limit) => `${size(used)} of ${size(limit)} used`, kept: (value) => `Kept by you ${size(value)}`, automatic: (value) => `Automatic ${size(value)}`, free: (value) => `Free ${size(value)}`,
  change: 'Change limit', meter: 'How much of the room for downloads is used', full: 'Only what you asked for is left: nothing can make room by itself.', diskShort: (value) => `The disk itself has only ${size(value)} free.`,
};

export const sources = {
  title: 'Sources', hint: 'Soul Player merges these into one library.', add: 'Add source', addFolder: 'Add folder', tracks: (value) => many(value, 'track'), watching: 'watched for changes', active: 'New playlists and plays go here', makeActive: 'Send new playlists and plays here', signIn: 'Sign in',
  states: { online: 'Online', offline: 'Offline', limited: 'Limited', sign_in_needed: 'Sign in needed', certificate_problem: 'Certificate problem' }, folderStates: { online: 'Watched', offline: 'Not there' }, folder: 'Folder', server: 'Server', added: (time) => `added ${since(time)}`, connection: 'Connection', verified: 'Certificate verified', verifiedBy: 'An authority vouches for it', trustedHint: 'You compared its fingerprint', plainHint: 'Whoever is on the way can read along', identity: 'Server identity', same: (id, time) => `${id} · the same since ${since(time)}`, here: 'Here', changed: 'Changed', none: 'Nothing had changed', noEdits: 'Nothing was waiting', received: (value) => `${count(value)} received`, sent: (value) => `${count(value)} sent`, lastSync: 'Last sync', neverSynced: 'It was not synced yet.', servers: 'Servers', tryNow: 'Try now', reached: (time) => `Last reached ${time}`,
  nextTry: (seconds) => (seconds > 90 ? `next try in ${Math.round(seconds / MINUTE)} min` : `next try in ${Math.max(1, Math.ceil(seconds))} s`),
  addresses: 'Addresses', addressesHint: 'One server, several ways to it. The first one that answers is used.', addAddress: 'Add address', removeAddress: (url) => `Remove ${url}`, inUse: 'In use', plain: 'Without encryption', pinned: 'Certificate trusted by you', notAsked: 'Not asked yet', lastAnswer: (time) => `answered ${time}`, asked: (time) => `asked ${time}`, addressAdded: 'It leads to the same server, and is used when it answers',
  account: 'Account', signInAgain: 'Sign in again', username: 'User name', password: 'Password', signedIn: (name) => `Signed in at ${name}`, changePassword: 'Change password', current: 'Password now', next: 'New password', passwordChanged: 'The password is changed. Your other devices sign in again.',
  removing: 'Remove', removeHint: 'Files on this device and in your folders stay.', removeIt: (name) => `Remove ${name}`, removeTitle: (name) => `Remove ${name}?`, removeText: (tracks) => `Its ${many(tracks, 'track')} leave the library unless another source or this device has them. Plays, favourites, ratings and downloads are kept. Nothing changes at the source.`,
  keepPlaylists: (value) => [`Keep its ${many(value, 'playlist')} on this device`, 'They become playlists of this device, and do not sync.'], dropPlaylists: () => ['Remove its playlists too', 'They stay on the server.'], unsent: (value) => `${many(value, 'edit')} ${value === 1 ? 'was' : 'were'} never sent to it, and would be lost there.`, removed: (name) => `${name} is removed`, cancel: 'Cancel',
  url: 'Server address', urlExample: 'music.example:8420', connect: 'Connect', nameOptional: 'Name (optional)', folderPath: 'Folder on this device', folderExample: '/home/ann/Music', chooseFolder: 'Add this folder', addTitle: 'Add a server', addFolderTitle: 'Add a folder',
  otherCertificate: (url) => `${url} shows a different certificate`, trusted: 'Trusted so far', shownNow: 'Shown now', noneTrusted: 'by an authority', leaveIt: ['Do not use this address', 'Nothing is sent there. What is on this device plays.'], trustIt: ['I renewed it: trust the new certificate', 'First compare the fingerprint with the one on the server itself.'], apply: 'Apply', review: 'Review', certificateTitle: (url) => `Is this ${url}?`, certificateText: 'Nobody vouches for its certificate. Your password was not sent. Compare this with what the server itself shows (soul serve prints it).', fingerprint: 'Fingerprint', trust: 'It is the same: trust it', distrust: 'Do not connect', changedText: 'It may have been renewed. It may also be another computer that poses as this server. Nothing was sent to it, not even your name.', insecureTitle: 'Without encryption?', insecureText: 'Whoever is on the way could read your password and what you play. At home or in a VPN that may be fine.', insecure: 'Connect without encryption',
};

export const settings = {
  sub: 'Saved as you change them.', network: 'Playback and network', streamQuality: 'Streaming quality', streamHint: 'Automatic goes by the measured line', qualities: { auto: 'Automatic', low: 'Low', medium: 'Medium', high: 'High', original: 'Original' },
  downloadQuality: 'Download quality', downloadHint: 'Original keeps the server’s own file', bandwidth: 'Bandwidth limit', bandwidthHint: 'Downloads only. Playback is never slowed', noLimit: 'No limit', space: 'Space for downloads', spaceHint: (used) => `${size(used)} in use`, atOnce: 'Downloads at once', atOnceHint: 'Files received side by side', syncTitle: 'Sync', auto: 'Automatic sync', autoOn: 'On', autoRests: 'Rests', autoHint: 'At start, every 30 minutes, on reconnect, after changes', offline: 'Work offline', offlineHint: 'Use only what is on this device. Only you turn it off',
  appearance: 'Appearance', themes: { system: 'Same as system', light: 'Light', dark: 'Dark' }, fixed: (origin) => `Set by ${origin}`, restart: 'From the next start on', offlineOn: 'Working offline: no server is asked', offlineOff: 'Online again',
};

export const welcome = {
  title: 'Where is your music?', text: 'Add one place or several. Soul Player makes one library of them, and plays it with or without a network.', found: (name) => `${name} is on your network`, asks: (url) => `${url} · asks for a sign-in`, use: 'Use this server', server: 'Add a server', serverText: 'Stream from it, sync playlists and plays, and keep what you like on this device.', folder: 'Add a folder', folderText: 'Plays the files on this device. Nothing is moved, renamed or changed.', chooseFolder: 'Choose a folder',
  demo: 'Try the demo', demoText: 'A small library of 24 tracks, made on this device in a few seconds. Remove it at any time.', startDemo: 'Start the demo', making: 'Making 24 tracks…',
  foot: 'You can listen while the first sync still runs. Your library stays on this device and on your own servers.', later: 'Look around first',
};

export const signOut = {
  title: 'This browser', here: 'Sign out', others: 'Sign out all other browsers', othersDone: 'Every other browser is signed out',
  hint: (takesPassword) => (takesPassword ? 'After signing out, the password of this player opens it again, or a link from soul ui.' : 'After signing out, only a link opens it again: run soul ui on the computer that it runs on.'),
};
