// One path of X <- project(X + cut(eta (Z - f'(X)), b)) with Lomax noise: the draws of heavysgd.sample_path at that seed.
// Runs in a worker, which gets this file as text.

// High and low word of the product of two 32-bit words.
function product(a, b) {
  const a0 = a & 0xffff, a1 = a >>> 16, b0 = b & 0xffff, b1 = b >>> 16;
  const low = a0 * b0, first = a1 * b0, second = a0 * b1;
  const carry = (low >>> 16) + (first & 0xffff) + (second & 0xffff);
  return [(a1 * b1 + (first >>> 16) + (second >>> 16) + (carry >>> 16)) >>> 0, Math.imul(a, b) >>> 0];
}

// Ten rounds of Philox4x32 (Salmon and others, SC 2011) on words of 32 bits.
function philox(counter, key) {
  let [c0, c1, c2, c3] = counter, [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = product(0xd2511f53, c0), [high1, low1] = product(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

const words = (whole) => [whole % 2 ** 32, Math.floor(whole / 2 ** 32)];
const uniform = (high, low) => (high * 2 ** 21 + (low >>> 11) + 1) / 2 ** 53;

// Two uniforms in (0, 1] for steps 2 block and 2 block + 1 of a path under a seed.
function uniforms(seed, path, block) {
  const [w0, w1, w2, w3] = philox([...words(block), ...words(path)], words(seed));
  return [uniform(w0, w1), uniform(w2, w3)];
}

// P(|Z| > z) = (1 + z / scale)^(-alpha), either sign alike.
function lomax(u, alpha, scale) {
  const right = u <= 0.5;
  const magnitude = scale * (((right ? u : u - 0.5) * 2) ** (-1 / alpha) - 1);
  return right ? magnitude : -magnitude;
}

// Positions after 0, every, 2 every, ... steps. `slope` is f' as an expression in x; b is null where nothing is cut.
function simulate({ slope, bounds, start, eta, b, alpha, scale, seed, path, steps, every }) {
  const gradient = new Function("x", `return ${slope};`);
  const [low, high] = bounds, seen = [start], most = b ?? Infinity;
  let x = start, pair = [];
  for (let step = 0; step < steps; step++) {
    if (step % 2 === 0) pair = uniforms(seed, path, step / 2);
    const move = eta * (lomax(pair[step % 2], alpha, scale) - gradient(x));
    x = Math.min(Math.max(x + Math.min(Math.max(move, -most), most), low), high);
    if ((step + 1) % every === 0) seen.push(x);
  }
  return seen;
}

if (typeof importScripts === "function") onmessage = (message) => postMessage(simulate(message.data));
