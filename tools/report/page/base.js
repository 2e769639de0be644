'use strict';
/* What the parts of the page share: the data, words in two languages, elements. */

const data = JSON.parse(document.getElementById('data').textContent);
const table = JSON.parse(document.getElementById('events').textContent);
const page = { language: data.language };

const find = (id) => document.getElementById(id);

/* The sentence of that name; {0}, {1}: values. */
function say(name, ...values) {
  const text = data.labels[page.language][name];
  return (text === undefined ? name : text).replace(/\{(\d)\}/g, (_, i) => String(values[i]));
}

/* A word of the trail (allowed, denied, …) as people read it. */
function word(value) {
  const text = data.words[page.language][value];
  return text === undefined ? value : text;
}

function make(tag, text, name) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (name) element.className = name;
  return element;
}

function number(value) {
  return new Intl.NumberFormat(page.language === 'zh' ? 'zh-CN' : 'en-GB').format(value);
}

/* Instants are seconds in UTC; people read the offset of the regulations. */
function instant(second) {
  return new Date((second + 60 * data.offset_min) * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

function tone(outcome) {
  if (outcome === 'denied' || outcome === 'failed' || outcome === 'refused') return 'bad';
  if (outcome === 'observed' || outcome === 'permitted' || outcome === 'change-password') return 'watch';
  return outcome === 'allowed' ? 'good' : '';
}
