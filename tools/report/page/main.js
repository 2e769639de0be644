/* The page: what verification found, the numbers, charts, timeline, table; two languages. */

function drawVerdict() {
  const v = data.verification, box = find('verdict'), list = box.querySelector('ul');
  const whole = v.ok && v.seal_checked && v.signature_checked && v.anchored_to >= v.last && v.sealed_to >= v.last;
  box.classList.remove('good', 'part', 'bad');
  box.classList.add(!v.ok ? 'bad' : whole ? 'good' : 'part');
  box.querySelector('h2').textContent = say(!v.ok ? 'verdict_bad' : whole ? 'verdict_good' : 'verdict_part');
  list.replaceChildren(...v.findings.map((f) => make('li', f.sentence, 'finding')),
    ...(v.more_findings ? [make('li', say('more_findings', number(v.more_findings)), 'finding')] : []),
    ...v.sentences[page.language].map((s) => make('li', s)));
}

function drawTiles() {
  const warm = ['denials', 'lockouts', 'offsite', 'away', 'sharing', 'lending', 'refused'];
  find('tiles').replaceChildren(...['events', ...data.counts].map((name) => {
    const tile = make('div', undefined, 'tile'), n = data.totals[name];
    if (warm.includes(name) && n > 0) tile.classList.add('warm');
    tile.append(make('b', number(n)), make('span', say(name)));
    return tile;
  }));
}

function drawPage() {
  document.documentElement.lang = page.language === 'zh' ? 'zh-CN' : 'en';
  document.title = say('title');
  for (const element of document.querySelectorAll('[data-label]'))
    element.textContent = say(element.dataset.label);
  find('language').textContent = page.language === 'zh' ? 'English' : '中文';
  const t = data.totals;
  find('period').textContent = t.events ? say('period', instant(t.from), instant(t.to), data.files.join(', '))
    : say('nothing');
  find('made').textContent = say('made', instant(data.made_at), data.version);
  drawVerdict();
  drawTiles();
  drawCharts();
  drawTimeline();
  drawTable();
}

startTable();
startTimeline();
find('language').addEventListener('click', () => {
  page.language = page.language === 'zh' ? 'en' : 'zh';
  drawPage();
});
find('print').addEventListener('click', () => window.print());
window.addEventListener('beforeprint', () => charts.forEach((chart) => chart.resize(
  chart.canvas.closest('.wide') ? 655 : 310, 174)));
window.addEventListener('afterprint', () => charts.forEach((chart) => chart.resize()));
drawPage();
