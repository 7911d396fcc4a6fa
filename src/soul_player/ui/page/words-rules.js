// The words of rules: of what is kept on this device by itself, of saved queries, and of each condition of a query.
import { clock, count, dayOf, many, orders, size, where } from './words.js';

export const rules = {
  title: 'Download for me', hint: 'Skips anything already on this device. What leaves a rule stays until room is needed.', add: 'Add rule', keeps: (tracks, bytes) => (tracks ? `${many(tracks, 'track')}, ${size(bytes)}` : 'nothing now'), off: 'Off: keeps nothing',
  builtInNames: { 'recently played': 'Recently played', 'high play count': 'Played often', playlists: 'My playlists' }, builtIn: { 'recently played': 'Played in the last 7 days, on any device', 'high play count': 'More than 5 plays', playlists: 'Every track in your playlists' },
  new: 'New rule', edit: 'Edit rule', back: 'Settings', newSmart: 'New smart playlist', editSmart: 'Edit smart playlist', backSmart: 'Playlists',
  which: 'Which tracks', name: 'Name', order: 'Order', query: 'Rule', queryHint: 'Text and conditions are the same rule', fixed: 'Built in: only the room, the quality and the weight can be changed.', valid: 'The rule is valid',
  keep: 'Keep on this device', kept: 'Kept on this device', keepHint: 'Downloads what is missing. What leaves the rule stays until room is needed, and goes first then.', room: 'Space', noLimit: 'no limit of its own', upTo: (bytes, all) => (all ? `up to ${size(bytes)} of ${size(all)}` : `up to ${size(bytes)}`),
  quality: 'Quality', qualities: { original: 'Original', high: 'High', medium: 'Medium', low: 'Low' }, qualityHint: 'Original is the server’s own file; the others are smaller. What is here already stays as it is.',
  weight: 'When space runs out', weights: { 10: 'Goes first', 50: 'Normal', 100: 'Stays longer', 500: 'Goes last' },
  matches: 'Matches now', plan: (tracks, bytes) => `${many(tracks, 'track')}, ${size(bytes)}`, here: (value) => `${count(value)} already on this device`, fetch: (value) => `${count(value)} to download`, stream: (value) => `${count(value)} to stream`, left: 'Left in the budget', beyond: (value) => `${count(value)} beyond the space`, toFetch: (bytes) => `${size(bytes)} to download`,
  empty: 'Write a rule, or add a condition: what it means is shown here before anything is downloaded.', none: 'No track matches now. It fills by itself when one does.', all: (value) => `Show all ${count(value)}`, saved: (name) => `${name} is kept on this device from now on`, savedOff: (name) => `${name} is saved`, delete: 'Delete', deleted: (name) => `${name} is deleted`, undo: 'Undo',
};

export const conditions = {
  label: 'Conditions', add: 'Condition', or: 'or', remove: (said) => `Remove condition: ${said}`, select: (said) => `Change condition: ${said}`,
  orders: Object.entries(orders).filter(([key]) => key !== 'label'),
};

const FIELDS = {
  '': 'Any text', title: 'Title', artist: 'Artist', album: 'Album', album_artist: 'Album artist', genre: 'Genre', source: 'Source', playlist: 'Playlist', id: 'Id', isrc: 'ISRC', year: 'Year', track: 'Track number', disc: 'Disc', duration: 'Length', bitrate: 'Bit rate', sample_rate: 'Sample rate', channels: 'Channels', size: 'Size', rating: 'Rating', plays: 'Plays', added: 'Added', updated: 'Changed', played: 'Last played', offline: 'Plays offline', favourite: 'Favourite', status: 'Where', format: 'Format',
};
const DATES = ['added', 'updated', 'played'];
const CHOICES = ['offline', 'favourite', 'status', 'format'];
const NUMBERS = {
  year: String, track: String, disc: String, channels: String, rating: (value) => (value ? many(value, 'star') : 'no stars'), plays: count, duration: clock, size, bitrate: (value) => `${count(value / 1000)} kbit/s`, sample_rate: (value) => `${count(value / 1000)} kHz`,
};
const UNITS = { h: 'hour', d: 'day', w: 'week', m: 'month', y: 'year' };

const ago = (text) => /^-(\d+)([hdwmy])$/.exec(text);
function day(text) {
  const found = ago(text);
  if (found) return `${many(Number(found[1]), UNITS[found[2]])} ago`;
  return /^\d{4}-\d\d-\d\d$/.test(text) ? dayOf(`${text}T12:00`) : text;
}

// How a range is said: `between(said)` of both ends, or of the one that there is.
function range(value, said, isDate) {
  const strict = /^([<>])(.*)$/.exec(value);
  if (strict) return [strict[1] === '>' ? (isDate ? 'after' : 'more than') : isDate ? 'before' : 'less than', said(strict[2])];
  const [low, high] = value.includes('..') ? value.split('..') : [value, value];
  const within = isDate && !high && ago(low);
  if (within) return ['in the last', many(Number(within[1]), UNITS[within[2]])];
  if (low === high) return [isDate ? 'in' : 'is', said(low)];
  if (!high) return ['from', said(low)];
  return low ? ['from', `${said(low)} to ${said(high)}`] : ['up to', said(high)];
}

// A condition in words: what it is of, how it is compared, with what.
export function saidOf({ field, value, is_not: isNot, is_whole: isWhole }) {
  const name = FIELDS[field] || field;
  const not = isNot ? 'not ' : '';
  if (NUMBERS[field]) {
    const [verb, words] = range(value, (text) => NUMBERS[field](Number(text)));
    return [name, verb === 'is' ? (isNot ? 'is not' : 'is') : not + verb, words];
  }
  if (DATES.includes(field)) {
    const [verb, words] = range(value, day, true);
    return [name, not + verb, words];
  }
  if (CHOICES.includes(field)) return [name, isNot ? 'is not' : 'is', field === 'status' ? where[value] : field === 'format' ? value.toUpperCase() : value];
  if (value === '') return [name, 'is', isNot ? 'any' : 'none'];
  if (isWhole) return [name, isNot ? 'is not' : 'is', value];
  return [name, isNot ? 'does not contain' : 'contains', value];
}

// What a person may begin with: the field, and a value that stands to be typed over.
export const beginnings = [
  ['genre', 'jazz', 'note'], ['artist', 'amber', 'person'], ['album', 'night', 'disc'], ['year', '2000..2009', 'clock'], ['rating', '4..', 'star'], ['plays', '>5', 'play'], ['played', '-30d', 'history'], ['added', '-30d', 'plus'], ['favourite', 'yes', 'heart'], ['playlist', '""', 'list'], ['duration', '..5:00', 'clock'], ['format', 'flac', 'wave'], ['offline', 'yes', 'down'],
].map(([field, value, icon]) => ({ field, value, icon, label: FIELDS[field] }));
