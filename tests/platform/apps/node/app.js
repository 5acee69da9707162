// Answers on PORT: `/healthz`, and the size that the heap may have on `/memory`.
const http = require('node:http');
const v8 = require('node:v8');
const isNumber = require('is-number');

function answer(path) {
  if (path === '/healthz') return 'ok';
  if (path === '/memory') return String(v8.getHeapStatistics().heap_size_limit);
  return undefined;
}

if (require.main === module) {
  if (!isNumber(process.env.PORT)) throw new Error('PORT must be a number');
  const server = http.createServer((request, response) => {
    const text = answer(request.url);
    response.writeHead(text === undefined ? 404 : 200).end(text);
  });
  process.on('SIGTERM', () => server.close());
  server.listen(Number(process.env.PORT));
}

module.exports = { answer };
