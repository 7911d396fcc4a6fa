// Settings: sources, what downloads itself, quality and room, sync, how the page looks. Kept as they are changed.
import { api } from '../api.js';
import { html } from '../dom.js';
import { Card, Line, Setting, Switch } from '../parts/cards.js';
import { Heading } from '../parts/heading.js';
import { PlaybackSettings } from '../parts/playback-settings.js';
import { SignOut } from '../parts/sign-out.js';
import { askForFolder, askForServer } from '../parts/source-dialogs.js';
import { actionOf, SourceState } from '../parts/source-state.js';
import { trouble } from '../parts/toasts.js';
import { workOffline } from '../state/acts.js';
import { theme } from '../state/kept.js';
import { status } from '../state/live.js';
import { keepsOf, ruleBody } from '../state/rules.js';
import { rules as ruleList, settings as settingList, sourceList, storage, useReading } from '../state/sync.js';
import { size, titles } from '../words.js';
import { rules as ruleWords } from '../words-rules.js';
import { rate, settings as words, sources as sourceWords } from '../words-sync.js';

const MB = 1_000_000;
const GB = 1_000_000_000;
const RATES = [0, MB / 2, MB, 2 * MB, 5 * MB, 10 * MB, 25 * MB];
const ROOMS = [1, 5, 10, 20, 50, 100, 200, 500, 1_000].map((value) => value * GB);
const AT_ONCE = [1, 2, 4, 6, 8, 12];

export default function Settings() {
  return html`
    <${Heading} title=${titles.settings} sub=${words.sub} />
    <div class="boxes">
      <div class="column"><${Sources} /><${Rules} /></div>
      <div class="column"><${Network} /><${SyncSettings} /><${Appearance} /><${PlaybackSettings} /><${SignOut} /></div>
    </div>`;
}

function Sources() {
  const found = useReading(sourceList)?.sources || [];
  return html`<${Card} title=${sourceWords.title} hint=${sourceWords.hint}>
    <ul>${found.map((source) => html`<${Line} key=${source.id} icon=${source.type === 'folder' ? 'folder' : 'cloud'} title=${source.name} to=${`/sources/${source.id}`} sub=${`${source.url} · ${sourceWords.tracks(source.tracks)}`}><${SourceState} source=${source} />${actionOf(source)}</${Line}>`)}</ul>
    <div class="actions"><button class="button is-quiet icon-plus" onClick=${() => askForServer()}>${sourceWords.add}</button><button class="button is-quiet icon-folder" onClick=${askForFolder}>${sourceWords.addFolder}</button></div>
  </${Card}>`;
}

const nameOf = (rule) => (rule.kind === 'built_in' && ruleWords.builtInNames[rule.name]) || rule.name;

// The weightiest first: it is what stays when room is short.
function Rules() {
  const found = (useReading(ruleList)?.rules || []).filter((rule) => rule.kind !== 'asked');
  const turn = (rule) => async (on) => {
    try {
      await api.put(`/api/rules/${rule.id}`, ruleBody(rule, { ...keepsOf(rule), is_on: on }));
    } catch (error) {
      trouble(error);
    }
    await ruleList.now();
  };
  const told = (rule) => [ruleWords.builtIn[rule.name] || rule.query, rule.is_live ? ruleWords.keeps(rule.tracks, rule.bytes) : ruleWords.off].join(' · ');
  return html`<${Card} title=${ruleWords.title} hint=${ruleWords.hint}>
    <ul>${found.map((rule) => html`<${Line} key=${rule.id} icon="bolt" title=${nameOf(rule)} to=${`/rules/${rule.id}`} sub=${told(rule)}>
      <${Switch} label=${nameOf(rule)} isOn=${rule.is_live} onChange=${turn(rule)} />
    </${Line}>`)}</ul>
    <div class="actions"><a class="button is-quiet icon-plus" href="/rules/new">${ruleWords.add}</a></div>
  </${Card}>`;
}

function Network() {
  const found = useReading(settingList)?.settings;
  const used = useReading(storage);
  if (!found) return null;
  const of = (name) => found.find((one) => one.name === name);
  const keep = (name) => async (value) => {
    try {
      await api.put(`/api/settings/${name}`, { value });
    } catch (error) {
      trouble(error);
    }
    await settingList.now();
    storage.read();
  };
  const options = (values, current, said) => [...new Set([...values, current])].sort((a, b) => a - b).map((value) => [value, said(value)]);
  const number = (name, values, said) => options(values, Number(of(name).value), said);
  return html`<${Card} title=${words.network}><ul>
    <${Select} title=${words.streamQuality} hint=${words.streamHint} setting=${of('stream_quality')} options=${Object.entries(words.qualities)} onChange=${keep('stream_quality')} />
    <${Select} title=${words.downloadQuality} hint=${words.downloadHint} setting=${of('download_quality')} options=${Object.entries(words.qualities).filter(([key]) => key !== 'auto')} onChange=${keep('download_quality')} />
    <${Select} title=${words.bandwidth} hint=${words.bandwidthHint} setting=${of('download_bytes_per_second')} options=${number('download_bytes_per_second', RATES, (value) => (value ? rate(value) : words.noLimit))} onChange=${(value) => keep('download_bytes_per_second')(Number(value))} />
    <${Select} title=${words.space} hint=${used ? words.spaceHint(used.kept_bytes + used.automatic_bytes) : ''} setting=${of('cache_limit_bytes')} options=${number('cache_limit_bytes', ROOMS, size)} onChange=${(value) => keep('cache_limit_bytes')(Number(value))} />
    <${Select} title=${words.atOnce} hint=${words.atOnceHint} setting=${of('downloads_at_once')} options=${number('downloads_at_once', AT_ONCE, String)} onChange=${(value) => keep('downloads_at_once')(Number(value))} />
  </ul></${Card}>`;
}

function Select({ title, hint, setting, options, onChange }) {
  const isFixed = setting.origin.startsWith('SOUL_');
  const said = isFixed ? words.fixed(setting.origin) : setting.is_live ? hint : [hint, words.restart].filter(Boolean).join('. ');
  return html`<${Setting} title=${title} hint=${said}><select aria-label=${title} disabled=${isFixed} value=${String(setting.value)} onChange=${(event) => onChange(event.target.value)}>
    ${options.map(([value, label]) => html`<option key=${value} value=${String(value)} selected=${String(value) === String(setting.value)}>${label}</option>`)}
  </select></${Setting}>`;
}

function SyncSettings() {
  const isOffline = status.value?.works_offline || false;
  return html`<${Card} title=${words.syncTitle}><ul>
    <${Setting} title=${words.auto} hint=${words.autoHint}><span class=${`state ${isOffline ? '' : 'is-ok icon-check'}`}>${isOffline ? words.autoRests : words.autoOn}</span></${Setting}>
    <${Setting} title=${words.offline} hint=${words.offlineHint}><${Switch} label=${words.offline} isOn=${isOffline} onChange=${(on) => workOffline(on).catch(trouble)} /></${Setting}>
  </ul></${Card}>`;
}

function Appearance() {
  return html`<${Card} title=${words.appearance}><div class="segments" role="group" aria-label=${words.appearance}>
    ${Object.entries(words.themes).map(([key, label]) => html`<button key=${key} aria-pressed=${theme.value === key} onClick=${() => (theme.value = key)}>${label}</button>`)}
  </div></${Card}>`;
}
