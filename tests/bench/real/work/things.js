// SPDX-License-Identifier: MIT
// HTTP with itself, files by callbacks and at once, and a stream through gzip.
const fs = require('fs'), http = require('http'), zlib = require('zlib'), crypto = require('crypto');
const hash = crypto.createHash('sha256');
let left = 4000;

function request(port, done) {
  if (left-- === 0)
    return done();
  const n = left;
  http.get({ port, path: '/' + n, agent: n % 2 ? false : http.globalAgent }, (answer) => {
    let text = '';
    answer.on('data', (part) => text += part);
    answer.on('end', () => { hash.update(text); request(port, done); });
  });
}

async function files() {
  for (let i = 0; i < 1500; i++) {
    await fs.promises.writeFile('file' + i % 20, `line ${i}\n`.repeat(30));
    hash.update(await fs.promises.readFile('file' + i % 20));
    fs.appendFileSync('log', `${i}\n`);
    fs.statSync('log');
  }
}

const server = http.createServer((req, res) => res.end(`you asked for ${req.url}`.repeat(20)));
server.listen(0, '127.0.0.1', () => request(server.address().port, async () => {
  server.close();
  await files();
  fs.writeFileSync('big', 'a longer line for the stream\n'.repeat(200000));
  fs.createReadStream('big').pipe(zlib.createGzip()).pipe(fs.createWriteStream('big.gz')).on('finish', () => {
    hash.update(zlib.gunzipSync(fs.readFileSync('big.gz')));
    console.log(hash.digest('hex'));
    http.globalAgent.destroy();
  });
}));
