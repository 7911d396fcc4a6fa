// Whether what a rule names is kept on this device: in how much room, in which quality, and what goes first when it is short.
import { html } from '../dom.js';
import { storage, useReading } from '../state/sync.js';
import { rules as words } from '../words-rules.js';
import { Card, Switch } from './cards.js';
import { Segments } from './segments.js';
import { Slider } from './slider.js';

const GB = 1_000_000_000;
const BUDGETS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500].map((value) => value * GB);

// `keep`: a signal of {is_on, budget_bytes, quality, weight}.
export function Keep({ keep }) {
  const { is_on: isOn, budget_bytes: budget, quality, weight } = keep.value;
  const limit = useReading(storage)?.limit_bytes;
  const say = (change) => (keep.value = { ...keep.value, ...change });
  // The last step of all: as much as there is.
  const steps = [...new Set([...BUDGETS.filter((value) => !limit || value < limit), ...(budget ? [budget] : [])])].sort((one, other) => one - other).concat(null);
  const said = (step) => (steps[step] === null ? words.noLimit : words.upTo(steps[step], limit));
  const at = steps.indexOf(budget ?? null);
  const nearest = Object.keys(words.weights).reduce((one, other) => (Math.abs(other - weight) < Math.abs(one - weight) ? other : one));
  const choice = (id, label, value, options, onChange) => html`<div class="field"><span>${label}</span><${Segments} label=${label} value=${value} options=${options} onChange=${onChange} /></div>`;
  return html`<${Card} title=${words.keep} hint=${words.keepHint} kind="is-keep" action=${html`<${Switch} label=${words.keep} isOn=${isOn} onChange=${(on) => say({ is_on: on })} />`}>
    <fieldset disabled=${!isOn}>
      <div class="field"><span class="of-field"><span>${words.room}</span><output>${said(at)}</output></span>${steps.length > 1 && html`<${Slider} label=${words.room} value=${at} max=${steps.length - 1} said=${said} isLive=${true} onChange=${(step) => say({ budget_bytes: steps[step] })} />`}</div>
      ${choice('quality', words.quality, quality, words.qualities, (value) => say({ quality: value }))}
      <p class="hint">${words.qualityHint}</p>
      ${choice('weight', words.weight, nearest, words.weights, (value) => say({ weight: Number(value) }))}
    </fieldset>
  </${Card}>`;
}
