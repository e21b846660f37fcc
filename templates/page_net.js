/* page_net.js: a session (nn_session.h) of the program of a page, without the
   page. What goes wrong is an Error with the session's words; the weights are
   then as they were. */
"use strict";

class Net {
    static async load(program, facts) {
        /* There are no files: error 52, "not supported", says so. */
        const system = new Proxy({}, {get: (_, name) => (...given) =>
            name.startsWith("environ") ? this.prototype.environ(net, given)
                                       : 52});
        const net = new Net();
        const made = await WebAssembly.instantiate(
            program, {wasi_snapshot_preview1: system});
        net.facts = facts;
        net.c = made.instance.exports;
        net.c._initialize();
        net.session = 0;
        net.program = net.c[facts.model + "_program"].value;
        return net;
    }

    /* An environment without variables. */
    environ(net, places) {
        for (const at of places)
            if (net.c) new DataView(net.c.memory.buffer).setUint32(at, 0, true);
        return 0;
    }

    view(Type, at, n) {
        return new Type(this.c.memory.buffer, at, n);
    }

    text(at) {
        if (at === 0) return null;
        const bytes = new Uint8Array(this.c.memory.buffer, at);
        return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
    }

    /* Gives `use` a block of memory that holds what the array does. */
    block(array, use) {
        const at = this.c.malloc(Math.max(array.byteLength, 8));
        if (at === 0) throw new Error("There is not enough memory.");
        this.view(Uint8Array, at, array.byteLength).set(
            new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
        try {
            return use(at);
        } finally {
            this.c.free(at);
        }
    }

    /* The same of several arrays; `use` gets their places as one more block. */
    blocks(arrays, use, places = []) {
        if (places.length === arrays.length)
            return this.block(Uint32Array.from(places), at => use(at, places));
        return this.block(arrays[places.length],
                          at => this.blocks(arrays, use, [...places, at]));
    }

    check(status) {
        if (status !== 0)
            throw new Error(this.text(this.c.nn_reason(this.session)));
    }

    /* Begins with the weights of a file's bytes, or with first ones. */
    open(file) {
        const size = file.byteLength, options = new DataView(new ArrayBuffer(32));
        options.setBigInt64(24, 2n ** 31n, true); /* rows of an epoch */
        const path = new TextEncoder().encode("the weights file\0");
        const opened = this.blocks(
            [path, options, new Uint8Array(2000)],
            (_, [name, how, why]) => {
                if (size > 0) {
                    const at = this.c.malloc(size);
                    if (at === 0) throw new Error("There is not enough memory.");
                    this.view(Uint8Array, at, size).set(file);
                    this.c.nn_page_give(at, size);
                }
                const s = this.c.nn_open(this.program, size > 0 ? name : 0, how,
                                         why, 2000);
                if (s === 0) throw new Error(this.text(why));
                return s;
            });
        if (this.session !== 0) this.c.nn_close(this.session);
        this.session = opened;
    }

    array(tensor, values) {
        return tensor.classes > 0 ? Int32Array.from(values)
                                  : Float32Array.from(values);
    }

    /* The outputs of one row, a Float32Array each. */
    run(row) {
        const {inputs, outputs} = this.facts;
        return this.blocks(
            inputs.map((t, i) => this.array(t, row[i])), given => this.blocks(
                outputs.map(t => new Float32Array(t.values)), (made, places) => {
                    this.check(this.c.nn_run(this.session, 1n, given, made));
                    return places.map((at, i) => this.view(
                        Float32Array, at, outputs[i].values).slice());
                }));
    }

    /* One update by rows of inputs and targets: their loss and metrics before
       it, by name. */
    step(rows) {
        const tensors = [...this.facts.inputs, ...this.facts.targets];
        const batch = tensors.map(
            (t, i) => this.array(t, rows.flatMap(row => Array.from(row[i]))));
        const names = [];
        for (let at; (at = this.c.nn_figure(this.program, names.length)) !== 0;)
            names.push(this.text(at));
        return this.block(new Float64Array(names.length), figures =>
            this.blocks(batch, given => {
                this.check(this.c.nn_train_step(this.session, rows.length, given,
                                                figures));
                const made = this.view(Float64Array, figures, names.length);
                return Object.fromEntries(names.map((n, i) => [n, made[i]]));
            }));
    }

    /* The bytes of a weights file. */
    save() {
        this.block(new TextEncoder().encode("weights\0"),
                   path => this.check(this.c.nn_save(this.session, path)));
        return this.view(Uint8Array, this.c.nn_page_made(),
                         this.c.nn_page_made_size()).slice();
    }

    setRate(rate) {
        this.c.nn_page_rate(this.session, rate);
    }

    /* The most rows of a step; 0: there is no training. */
    get batch() {
        return this.c.nn_batch(this.program);
    }

    /* The ids of a text, as of one in the data; an Error says what has none. */
    ids(input, text) {
        const {inputs, targets} = this.facts;
        const bytes = new TextEncoder().encode(text.replaceAll("\0", "") + "\0");
        return this.block(bytes, place => {
            const at = this.c.nn_page_ids(this.session, input, place);
            this.check(at === 0 ? -1 : 0);
            return this.view(Int32Array, at,
                             [...inputs, ...targets][input].values).slice();
        });
    }

    /* What a class is called. Inputs are counted on to targets. */
    name(input, id) {
        return this.text(this.c.nn_name(this.session, input, BigInt(id))) ??
            String(id);
    }

    /* Column i of an input in the training file: its name, the value that is 0
       in the network, and how far from there 1 is. */
    column(input, i) {
        const c = this.c, s = this.session;
        const number = c.nn_page_column_number(s, input, i);
        return {
            name: this.text(c.nn_page_column(s, input, i)) ??
                (number > 0 ? `column ${number}` : null),
            zero: c.nn_page_zero(s, input, i),
            unit: c.nn_page_unit(s, input, i)
        };
    }
}
