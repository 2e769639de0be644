/* Charts over all events, by Chart.js. */

const colours = { good: '#2f7355', bad: '#b3423a', watch: '#d09a3e', plain: '#2a5d8f', other: '#8a6fa8' };
const charts = [];
const bars = 14;

/* Days in groups that fit the width: days, else weeks, else months. */
function spans() {
  const days = Object.keys(data.days).sort();
  if (!days.length) return { names: [], rows: [] };
  const first = Date.parse(days[0]), last = Date.parse(days[days.length - 1]), day = 86400000;
  const count = (last - first) / day + 1;
  const start = (at) => {
    const name = new Date(at).toISOString().slice(0, 10);
    if (count > 400) return name.slice(0, 7);
    if (count <= 92) return name;
    return new Date(at - ((new Date(at).getUTCDay() + 6) % 7) * day).toISOString().slice(0, 10);
  };
  const groups = new Map();
  for (let at = first; at <= last; at += day) {
    const sums = groups.get(start(at)) || new Array(data.counts.length).fill(0);
    const row = data.days[new Date(at).toISOString().slice(0, 10)];
    if (row) row.forEach((n, i) => { sums[i] += n; });
    groups.set(start(at), sums);
  }
  return { names: [...groups.keys()], rows: [...groups.values()] };
}

function draw(id, type, names, series, options) {
  const canvas = find(id);
  const empty = canvas.parentNode.querySelector('.empty');
  if (empty) empty.remove();
  const any = series.some((s) => s.data.some((n) => n > 0));
  canvas.hidden = !any;
  if (!any) {
    canvas.parentNode.append(make('p', say('nothing'), 'empty'));
    return;
  }
  canvas.setAttribute('aria-label', series.map((s) =>
    s.label + ' ' + number(s.data.reduce((a, b) => a + b, 0))).join(', '));
  const flat = options.flat;
  charts.push(new Chart(canvas, {
    type,
    data: { labels: names, datasets: series },
    options: {
      animation: false, responsive: true, maintainAspectRatio: false,
      indexAxis: flat ? 'y' : 'x', interaction: { mode: 'index', axis: flat ? 'y' : 'x', intersect: false },
      plugins: { legend: { position: 'top', align: 'end', labels: { boxWidth: 12, boxHeight: 12 } } },
      scales: {
        x: { stacked: options.stacked, grid: { display: !!flat, color: '#eef1f4' }, beginAtZero: true,
          ticks: { maxRotation: 0, autoSkipPadding: 18, precision: 0 } },
        y: { stacked: options.stacked, grid: { display: !flat, color: '#eef1f4' }, beginAtZero: true,
          ticks: { precision: 0, autoSkip: !flat } }
      }
    }
  }));
}

function bar(label, values, colour) {
  return { label, data: values, backgroundColor: colour, borderRadius: 2, maxBarThickness: 22 };
}

/* The longest rows; what follows is one row more. */
function ranked(rows, name) {
  const shown = rows.slice(0, bars);
  const rest = rows.slice(bars);
  if (rest.length) shown.push([say('others', number(rest.length)), ...rest[0].slice(1).map((_, i) =>
    rest.reduce((sum, row) => sum + row[i + 1], 0))]);
  return { names: shown.map((row) => name(row[0])), column: (i) => shown.map((row) => row[i]) };
}

function drawCharts() {
  charts.splice(0).forEach((chart) => chart.destroy());
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.color = '#5a6877';
  const { names, rows } = spans();
  const column = (name) => rows.map((row) => row[data.counts.indexOf(name)]);
  draw('chart-days', 'bar', names, [bar(say('logins'), column('logins'), colours.plain),
    bar(say('denials'), column('denials'), colours.bad)], { stacked: true });
  draw('chart-watch', 'bar', names, [bar(say('lockouts'), column('lockouts'), colours.bad),
    bar(say('offsite'), column('offsite'), colours.watch), bar(say('away'), column('away'), colours.good),
    bar(say('sharing'), column('sharing'), colours.other), bar(say('lending'), column('lending'), colours.plain)], { stacked: true });
  const rules = ranked(data.rules, (name) => name);
  draw('chart-rules', 'bar', rules.names, [bar(say('denials'), rules.column(1), colours.bad),
    bar(say('observed'), rules.column(2), colours.watch)], { flat: true, stacked: true });
  const own = ranked(data.organisations, (name) => name || say('unknown'));
  draw('chart-organisations', 'bar', own.names, [bar(say('logins'), own.column(1), colours.plain),
    bar(say('denials'), own.column(2), colours.bad)], { flat: true, stacked: true });
}
