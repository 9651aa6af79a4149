// SPDX-License-Identifier: MIT
// Rates of wink-nlp and compromise on a text in memory, MB per second of CPU time of this process.
// usage: node peers.js TEXT [wink-sentences|wink-all|compromise …]
'use strict';
const fs = require('fs');

const text = fs.readFileSync(process.argv[2], 'utf8');
const tasks = process.argv.length > 3 ? process.argv.slice(3) : ['wink-sentences', 'wink-all', 'compromise'];

// Documents of about 5 KB cut at a blank line, as bench_scan cuts them.
function documents(limit) {
  const out = [];
  let at = 0;
  while (at < text.length && at < limit) {
    const cut = text.indexOf('\n\n', at + 5000);
    const end = cut < 0 ? text.length : cut + 2;
    out.push(text.slice(at, end));
    at = end;
  }
  return out;
}

function time(name, limit, work) {
  const docs = documents(limit);
  const bytes = docs.reduce((n, d) => n + Buffer.byteLength(d), 0);
  docs.slice(0, Math.ceil(docs.length / 10)).forEach(work); // the compiler warms up
  let best = Infinity;
  for (let round = 0; round < 3; round++) {
    const from = process.cpuUsage();
    let sum = 0;
    for (const d of docs) sum += work(d);
    const used = process.cpuUsage(from);
    best = Math.min(best, (used.user + used.system) / 1e6);
    if (sum === 0) throw new Error(name + ' found nothing');
  }
  console.log(`${name} ${(bytes / best / 1e6).toFixed(3)}`);
}

for (const task of tasks) {
  if (task.startsWith('wink-')) {
    const model = require('wink-eng-lite-web-model');
    const nlp = task === 'wink-sentences' ? require('wink-nlp')(model, ['sbd']) : require('wink-nlp')(model);
    time(task, task === 'wink-sentences' ? 2e6 : 1e6, d => {
      const doc = nlp.readDoc(d);
      return doc.sentences().length() + doc.tokens().length();
    });
  } else if (task === 'compromise') {
    const nlp = require('compromise');
    time(task, 1e5, d => {
      const doc = nlp(d);
      return doc.quotations().length + doc.people().length;
    });
  } else {
    throw new Error('no such task: ' + task);
  }
}
