const assert = require('node:assert');
const test = require('node:test');
const { answer } = require('./app.js');

test('unknown paths have no answer', () => {
  assert.strictEqual(answer('/healthz'), 'ok');
  assert.strictEqual(answer('/other'), undefined);
});
