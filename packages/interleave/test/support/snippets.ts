/**
 * Bodies of functions that are given a shared array `a`. Compiled, they have to return and leave
 * in the array what they do natively, and to do it step by step.
 */
export const SNIPPETS: readonly (readonly [name: string, body: string])[] = [
  ['plain elements', 'a[0] = 1; a[1] = a[0] + 1; return a[1]'],
  ['chained assignment', 'const x = a[0] = a[1] = 7; return [x, a[0]]'],
  ['compound assignment', 'a[0] = 5; a[0] += 2; a[0] <<= 3; a[0] ^= 1; return a[0]'],
  [
    'a compound index is evaluated once',
    'let i = 0; a[i++] += 1; a[i++] += 2; return [i, a[0], a[1]]',
  ],
  ['increments', 'const b = a[0]++; const c = ++a[0]; const d = a[0]--; return [b, c, d, a[0]]'],
  ['logical assignment', 'a[0] ||= 3; a[0] &&= 4; a[0] ??= 5; return a[0]'],
  ['logical assignment skips', 'let n = 0; a[0] = 1; a[0] ||= (n++, 9); return [n, a[0]]'],
  ['conversion', 'a[0] = 3.7; a[1] = "5"; a[2] = -1.5; a[3] = true; return [...a]'],
  ['out of range', 'a[99] = 1; return [a[99], a[-1], a["x"], a.length]'],
  ['object elements', 'const o = { x: 1 }; o["y"] = 2; o["x"] += 5; o.x++; return o'],
  ['array elements', 'const l = [1, 2]; l[2] = 3; l[0]++; l[1] *= 4; return l'],
  ['atomics', 'Atomics.store(a, 0, 5); Atomics.add(a, 0, 2); return Atomics.sub(a, 0, 1)'],
  ['bit atomics', 'Atomics.or(a, 0, 7); Atomics.and(a, 0, 5); Atomics.xor(a, 0, 1); return a[0]'],
  ['exchange', 'return [Atomics.exchange(a, 0, 4), Atomics.compareExchange(a, 0, 4, 9), a[0]]'],
  ['store returns the number', 'return [Atomics.store(a, 0, 3.9), Atomics.store(a, 1, -0)]'],
  [
    'atomics by another name',
    `const { load, store } = Atomics; store(a, 0, 8); return load(a, 0)`,
  ],
  ['atomics as an object', 'const A = Atomics; A.add(a, 0, 3); return A["load"](a, 0)'],
  [
    'atomics with a spread',
    'const at = [a, 0]; Atomics.store(...at, 6); return Atomics.load(...at)',
  ],
  [
    'atomics on private memory',
    `const b = new Int32Array(2); Atomics.add(b, 0, 2); return [...b]`,
  ],
  ['errors of atomics', 'try { Atomics.load(a, 99) } catch (e) { return e.name }'],
  ['errors of the wrong kind', 'try { Atomics.load([1], 0) } catch (e) { return e.name }'],
  ['isLockFree', 'return [1, 2, 4, 8].map((n) => Atomics.isLockFree(n))'],
  [
    'functions',
    'function f(x) { a[0] += x; return g() } function g() { return a[0] } return f(2) + f(3)',
  ],
  ['hoisting', 'return f(); function f() { return a[0] + 1 }'],
  [
    'recursion',
    'const f = function again(n) { a[0]++; return n ? again(n - 1) : a[0] }; return f(4)',
  ],
  [
    'closures',
    `let n = 0; const add = () => { n += 1; a[0] = n }; add(); add(); return [n, a[0]]`,
  ],
  [
    'this',
    `const o = { v: 2, f() { return [1].map(() => this.v) }, g() { const h = () => this.v;
      return h() } }; return [o.f(), o.g()]`,
  ],
  [
    'arguments',
    'function f() { a[0] = arguments.length; return arguments[1] } return [f(1, 2, 3), a[0]]',
  ],
  [
    'defaults',
    `function f(x = a[0] + 1, { y = g() } = {}) { return [x, y] } function g() {
      return a[1] + 2 } return [f(), f(5, { y: 6 })]`,
  ],
  [
    'rest and spread',
    `const f = (first, ...rest) => { a[0] = rest.length; return [...rest, first] };
      return f(...[1, 2, 3])`,
  ],
  [
    'call, apply and bind',
    `function f(x, y) { a[0]++; return [this.v, x, y] } return [f.call({
      v: 1 }, 2, 3), f.apply({ v: 4 }, [5, 6]), f.bind({ v: 7 }, 8)(9)]`,
  ],
  [
    'optional chains',
    `const o = { f(x) { return a[0] + x }, n: null };
      return [o?.f(1), o.n?.f(2), o.g?.(3), o?.["f"](4), o.n?.x.y.z, o?.f?.(5)]`,
  ],
  ['an optional chain stops', 'let n = 0; const o = null; o?.[n++]; o?.f(n++); return n'],
  ['an optional element', 'const b = a; return [b?.[0], b?.[0].toFixed(1)]'],
  [
    'classes',
    `class C { x = 1; get y() { return this.x } set y(v) { this.x = v } m(z) { a[0] = z;
      return this.x + z } static s() { return a[0] } } const c = new C(); c.y = 5;
      return [c.m(3), c.y, C.s()]`,
  ],
  [
    'private members',
    `class C { #v = 2; #m(x) { a[0] += x; return this.#v } get #g() { return 9 } run() {
      this.#v += 1; this.#v++; return [this.#m(4), this.#g, #v in this] } }
      return new C().run()`,
  ],
  [
    'private functions in fields',
    'class C { #f = (x) => a[0] + x; run() { return this.#f(3) } } return new C().run()',
  ],
  [
    'static private methods',
    'class C { static #m() { return ++a[0] } static run() { return C.#m() } } return C.run()',
  ],
  [
    'inheritance',
    `class A { m() { return a[0] } } class B extends A { m() { return super.m() + 1 } }
      class C extends B { m() { a[0] = 4; return super.m() } } return new C().m()`,
  ],
  [
    'optional chains in constructors',
    `class A { constructor(b) { this.x = b?.c ?? 7; this.y = b?.['c'] ?? 8 } }
     return [new A(undefined), new A({ c: 1 })]`,
  ],
  [
    'constructors',
    `class A { constructor(x) { this.x = x } } class B extends A { constructor() {
      super(3); this.y = [1, 2].map((n) => n + this.x) } } return new B()`,
  ],
  [
    'computed methods',
    `const k = "go"; class C { [k]() { return a[0] } *[Symbol.iterator]() { yield 1;
      yield a[0] } } return [new C().go(), [...new C()]]`,
  ],
  [
    'static blocks and fields',
    `class C { static v = C.s(); static s() { return 5 } static { this.w = this.v + 1 } }
      return [C.v, C.w]`,
  ],
  [
    'methods of objects',
    `const o = { f() { return a[0]++ }, ["g"]() { return a[0] }, get h() {
      return 1 }, async: 2, get: 3 }; return [o.f(), o.g(), o.h, o.async, o.get]`,
  ],
  [
    'names and shapes of functions',
    `class C { m() {} } const f = () => {}; function g() {} const o = {
      h: () => {}, i: function () {} };
      return [C.prototype.m.name, g.name, f.name, o.h.name, o.i.name, (() => {}).name,
        typeof f, Object.keys(new C()), C.prototype.hasOwnProperty("m")]`,
  ],
  [
    'loops',
    `let s = 0; for (let i = 0; i < 8; i++) { if (i === 2) continue; if (i === 6) break;
      a[i] = i; s += a[i] } return s`,
  ],
  ['while loops', 'while (a[0] < 3) a[0]++; do { a[1]++ } while (a[1] < 3); return [a[0], a[1]]'],
  ['for without parts', 'let i = 0; for (;;) { if (a[0]++ > 2) break; i++ } return i'],
  [
    'labels',
    `outer: for (let i = 0; i < 3; i++) { for (const j of [0, 1, 2]) {
      if (j === 1) continue outer; if (i === 2) break outer; a[i] = j + 1 } } return [...a]`,
  ],
  [
    'for of',
    'let s = 0; for (const [k, v] of [[1, 2], [3, 4]]) { a[0] += k; s += v } return [s, a[0]]',
  ],
  [
    'for of shared memory',
    `a[0] = 1; a[3] = 4; let s = 0; for (const v of a) s += v; let t;
      for (t of a.subarray(0, 2)); return [s, t]`,
  ],
  ['for in', 'const keys = []; for (const k in { x: 1, y: a[0] }) keys.push(k); return keys'],
  [
    'closures in loops',
    `const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i + a[0]);
      return fs.map((f) => f())`,
  ],
  ['switch', 'switch (a[0]) { case 1: return "one"; case 0: a[0] = 5; default: return a[0] }'],
  [
    'exceptions',
    `let s = ""; try { try { a[0] = 1; throw new Error("x") } finally { s += a[0] } }
      catch ({ message }) { s += message } return s`,
  ],
  [
    'finally overrides',
    'const f = () => { try { return a[0] } finally { a[0] = 2 } }; return [f(), a[0]]',
  ],
  [
    'destructuring',
    `a[0] = 1; a[1] = 2; const [x, y, ...z] = a; const { length, 0: first = 9 } = a;
      let p, q; [p, q] = [y, x]; return [x, y, z.length, length, first, p, q]`,
  ],
  [
    'patterns with targets',
    `const o = {}, l = []; ({ x: o.x, y: l[0] = 4, ...o.rest } = { x: 1, z: 2 });
      [l[1], o.y] = [5, 6]; return [o, l]`,
  ],
  [
    'generators',
    `function* g(n) { for (let i = 0; i < n; i++) { a[i] = i; const got = yield a[i] * 2;
      if (got) a[7] = got } return 9 } const it = g(3);
      return [it.next(), it.next(5), a[7], it.return(3), it.next()]`,
  ],
  [
    'generators in loops',
    `function* g() { yield* [1, 2]; yield a[0]++; yield a[0] } let s = [];
      for (const x of g()) s.push(x); return [s, [...g()]]`,
  ],
  [
    'delegating',
    `function* g() { const r = yield* h(); yield r } function* h() { yield 1; a[0] = 2;
      return 3 } return [...g(), a[0]]`,
  ],
  [
    'throwing into generators',
    `function* g() { try { yield a[0] } catch (e) { yield e + a[0] } } const it = g();
      it.next(); return it.throw("x").value`,
  ],
  [
    'generator methods',
    `class C { *g(x) { yield x; yield a[0] } *#h() { yield 5 } all() {
      return [...this.g(1), ...this.#h()] } } return new C().all()`,
  ],
  [
    'typed array methods',
    `a.fill(3, 1, 3); a.set([7, 8], 4); const s = a.slice(0, 6); a.copyWithin(0, 4, 6);
      return [[...s], [...a], a.indexOf(8), a.at(-1), a.includes(3), a.join()]`,
  ],
  [
    'typed array callbacks',
    `a[2] = 5;
      return [a.map((x) => x + 1),
        a.find((x) => x > 2), a.reduce((s, x) => s + x, 0), a.some((x) => x === 5)]
        .map((x) => x.length ?? x)`,
  ],
  ['sorting in place', 'a.set([3, 1, 2]); a.sort(); a.reverse(); return [...a]'],
  [
    'copies',
    `a[0] = 7; const c = new Int32Array(a); a[0] = 8;
      const l = Array.from(a, (x) => x * 2); const b = new Float64Array(2);
      b.set(a.subarray(0, 2)); return [c[0], l[0], b[0]]`,
  ],
  [
    'other widths',
    `const b = new Uint8Array(a.buffer); const s = new Int16Array(a.buffer, 8);
      const f = new Float64Array(a.buffer, 16, 1); b[0] = 300; s[1] = -2; f[0] = 1.5;
      return [a[0], a[2], f[0]]`,
  ],
  [
    'BigInts',
    `const b = new BigInt64Array(a.buffer); b[0] = 5n; b[0]++; Atomics.add(b, 0, 3n);
      b[1] -= 1n; return [String(b[0]), String(Atomics.exchange(b, 1, 2n))]`,
  ],
  [
    'DataView',
    `const d = new DataView(a.buffer); d.setUint16(0, 0x1234); d.setInt32(4, -5, true);
      d.setFloat64(8, 0.5);
      return [d.getUint8(1), d.getInt32(4, true), d.getFloat64(8), a[1]]`,
  ],
  [
    'tagged templates',
    'const tag = (s, ...v) => s.join("|") + v.join(); return tag`x${a[0]}y${1}z`',
  ],
  [
    'conditions',
    `return [a[0] ? 1 : 2, a[0] && 3, a[0] || 4, a[0] ?? 5, !a[0],
      typeof a[0], void a[0], (a[0], 6)]`,
  ],
  [
    'new.target is in classes',
    'class C { constructor() { this.n = new.target.name } } return new C().n',
  ],
  [
    'sequences without semicolons',
    'const x = 1\na[0] = x\nAtomics.add(a, 0, 2)\nlet y = a[0]\n;[y] = [y + 1]\nreturn y',
  ],
  [
    'natives',
    `return [Math.max(a[0], 3), Number("4"), String(a[0]), [3, 1].sort((x, y) => x - y),
      JSON.stringify({
      a: a[0] })]`,
  ],
  [
    'maps and sets',
    `const m = new Map(); m.set("k", a[0]); for (const [k, v] of m) a[1] = k.length + v;
      return [m.get("k"), a[1], new Set([1, 1]).size]`,
  ],
  [
    'delete and in',
    `const o = { x: 1 }; const had = "x" in o; delete o.x; return [had, "x" in o]`,
  ],
  [
    'what arrow functions take from the function around them',
    `function F(...list) { const own = () => arguments.length + (new.target ? 10 : 20);
       return own() + a[0] } const o = { m() { return 2 } }; const p = { __proto__: o,
       m() { const up = () => super.m() + a[0]; return up() } };
       class C { constructor() { this.t = (() => new.target.name)() } }
       return [F(1, 2), typeof new F(), p.m(), new C().t]`,
  ],
  [
    'functions in cases',
    `switch (a[0]) { case 1: return 1; case 0: return f();
       case 2: function f() { return ++a[0] } }`,
  ],
  [
    'parentheses',
    `const t = a, u = null; let x; return [(u || t)[0], (x = 'ab').length, x, (1 + 2).toFixed(1),
       ((1, 2)), a[(x = 3, 2)], (-2) ** 2, ((u ?? {}).locked), (typeof x).length]`,
  ],
  [
    'calls of what parentheses hold',
    `const o = { f() { return this === o } }; return [(0, o.f)(), (o.f)(), (o?.f)(), (o.f || 1)(),
       (true && o.f)(), (o['f'])(), (o.f)?.()]`,
  ],
  [
    'computed keys',
    `let n = 0; const k = 'b'; class C { [(n++, k)]() { return 1 } get [(n++, 'c')]() { return 2 }
       static [('d')] = 3 } const o = { [(n++, k)]() { return 4 }, get ['e']() { return 5 } };
       return [n, new C().b(), new C().c, C.d, o.b(), o.e]`,
  ],
  [
    'deleting',
    `const o = { a: 1, b: { c: 2 }, d: 3 }, k = 'a', l = [1, 2]; return [delete o[k],
       delete o?.b?.c, delete l[0], delete (0, o).d, o, 0 in l]`,
  ],
  [
    'private methods as values',
    `class C { #p(x) { return a[0] += x } q() { const f = this.#p; return [[1, 2].map(this.#p),
       f(1), this.#p.call(this, 3), this.#p.bind(this)(4), this.#p === this.#p] } }
       return new C().q()`,
  ],
  [
    'defaults of patterns',
    `const id = (x) => x; function f({ b = id(3), c: { d = a[0] } = {} } = {}, [e = id(4)] = []) {
       return [b, d, e] } let g; ({ g = id(5) } = {}); const { h = a[1] } = {};
       class C { constructor({ i = id(6) } = {}) { this.i = i } } return [f(), g, h, new C()]`,
  ],
  [
    'patterns of elements',
    `a[1] = 5; const { 0: b, [1]: c, length } = a; const { x: { 1: d } } = { x: a }; let e, g;
       ({ 1: e, 9: g = 8 } = a); const f = ({ 1: h }) => h; let s = 0;
       for (const { 1: i } of [a]) s += i; return [b, c, length, d, e, g, f(a), s]`,
  ],
  [
    'strict mode',
    `const f = function () { return this === undefined };
       function g(x) { arguments[0] = 9; return x } let e;
       try { undeclared = 1 } catch (error) { e = error.name } return [f(), g(5), e]`,
  ],
  [
    'shapes of functions',
    `function f(b, c) {} async function h() {} function* g() {} const e = (b, c = 1) => {};
       class C { m(b) {} } let n = 0; for (const make of [e, C.prototype.m, h, g, async () => {}]) {
       try { new make() } catch { n++ } } return [f.length, e.length, C.prototype.m.length, n,
       h.constructor.name, g.constructor.name, 'prototype' in f, 'prototype' in e, String(f),
       ({ ['x' + 1]: () => {} }).x1.name, ((b = () => {}) => b.name)()]`,
  ],
  [
    'lists of another class',
    `class L extends Array { sum() { return this.reduce((x, y) => x + y + a[0], 0) } }
       const l = L.from([1, 2]); return [l.map((x) => x + a[0]) instanceof L, l.sum(),
       l.filter((x) => x > 1).length, [1, , 3].findLast((x) => x !== 3) === undefined]`,
  ],
  [
    'messages',
    `const o = {}, l = []; for (const f of [() => o.f(), () => l[0](), () => (void 0)()]) {
       try { f() } catch (e) { l.push(e.message) } } return l`,
  ],
  ['members that arguments change', `const o = { f: () => 1 }; return o.f(o.f = () => 2)`],
]
