/* page.js: the page of a network: what asks for inputs and targets, what shows
   outputs, and training. */
"use strict";
const $ = id => document.getElementById(id);

/* An element with properties and children; text is never markup. */
function make(tag, properties, ...children) {
    const e = document.createElement(tag);
    for (const [key, value] of Object.entries(properties ?? {}))
        key in e ? e[key] = value : e.setAttribute(key, value);
    e.append(...children);
    return e;
}

/* What a script holds in base64. */
function bytes(id) {
    const signs = atob($(id).textContent), made = new Uint8Array(signs.length);
    for (let i = 0; i < made.length; i++) made[i] = signs.charCodeAt(i);
    return made;
}

const shown = x => Number(x.toPrecision(3)).toString();
const count = (n, one) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;

function size(canvas, high, wide) {
    canvas.height = high;
    canvas.width = wide;
    canvas.style.setProperty("--high", high);
    canvas.style.setProperty("--wide", wide);
    return canvas;
}

/* Where there is ink: rows of numbers from 0 to 1, as a box of them. */
function inkBox(ink, high, wide) {
    const box = {top: high, left: wide, bottom: 0, right: 0};
    for (let y = 0; y < high; y++)
        for (let x = 0; x < wide; x++)
            if (ink[y * wide + x] > 0) {
                box.top = Math.min(box.top, y);
                box.bottom = Math.max(box.bottom, y + 1);
                box.left = Math.min(box.left, x);
                box.right = Math.max(box.right, x + 1);
            }
    return box;
}

/* The mean of the ink in a rectangle, which may begin and end within points
   and lie beside the paper. */
function mean(ink, high, wide, top, left, bottom, right) {
    let sum = 0;
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(high, bottom); y++) {
        const share = Math.min(y + 1, bottom) - Math.max(y, top);
        for (let x = Math.max(0, Math.floor(left)); x < Math.min(wide, right);
             x++)
            sum += ink[y * wide + x] * share *
                (Math.min(x + 1, right) - Math.max(x, left));
    }
    return sum / ((bottom - top) * (right - left));
}

/* Along one axis: where a drawing of `length`, whose weight lies at `weight`,
   begins on a picture of `room`: its weight in the middle, if it fits so. */
function begin(room, length, weight) {
    return Math.min(Math.max(room / 2 - weight, 0), Math.max(room - length, 0));
}

/* The drawing as `high` x `wide` means. With `fit` it is cut out and fills the
   picture but for the margin. */
function points(ink, from, high, wide, fit, margin) {
    let box = {top: 0, left: 0, bottom: from.high, right: from.wide};
    let unit = from.high / high, top = 0, left = 0;
    if (fit) {
        box = inkBox(ink, from.high, from.wide);
        if (box.bottom === 0) return new Float32Array(high * wide);
        unit = Math.max((box.bottom - box.top) / (high - 2 * margin),
                        (box.right - box.left) / (wide - 2 * margin));
        let sum = 0, down = 0, across = 0;
        for (let y = box.top; y < box.bottom; y++)
            for (let x = box.left; x < box.right; x++) {
                const w = ink[y * from.wide + x];
                sum += w;
                down += w * (y + .5 - box.top);
                across += w * (x + .5 - box.left);
            }
        top = begin(high, (box.bottom - box.top) / unit, down / sum / unit);
        left = begin(wide, (box.right - box.left) / unit, across / sum / unit);
    }
    return Float32Array.from({length: high * wide}, (_, i) => {
        const y = box.top + (Math.floor(i / wide) - top) * unit;
        const x = box.left + (i % wide - left) * unit;
        return mean(ink, from.high, from.wide, y, x, y + unit, x + unit);
    });
}

/* Shows the points that the network gets; `shades` has 0 (white) to 1. */
function show(canvas, channels, shades) {
    const {height, width} = canvas, n = height * width;
    const image = new ImageData(width, height);
    for (let i = 0; i < n; i++) {
        for (let c = 0; c < 3; c++)
            image.data[4 * i + c] = 255 * (channels === 1 ? 1 - shades[i]
                                                          : shades[c * n + i]);
        image.data[4 * i + 3] = 255;
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
}

/* Data's numbers of shades: from that of no ink to that of full ink. */
function scaler(net, i) {
    const t = net.facts.inputs[i], {zero, unit} = net.column(i, 0);
    const full = t.bytes ? 255 : t.standardized ? 1 : zero + unit;
    return {full, data: shades => Array.from(shades, s => s * full)};
}

/* Strokes by mouse, pen, finger or keys on a canvas of white paper. */
function strokes(paper, thick, changed) {
    const pen = paper.getContext("2d", {willReadFrequently: true});
    let at = null, key = {x: paper.width / 2, y: paper.height / 2};
    pen.lineCap = pen.lineJoin = "round";
    pen.lineWidth = thick;
    const draw = to => {
        pen.beginPath();
        pen.moveTo((at ?? to).x, (at ?? to).y);
        pen.lineTo(to.x, to.y);
        pen.stroke();
        at = to;
        changed();
    };
    const place = e => {
        const r = paper.getBoundingClientRect();
        return {x: (e.clientX - r.left) / r.width * paper.width,
                y: (e.clientY - r.top) / r.height * paper.height};
    };
    paper.addEventListener("pointerdown", e => {
        if (e.button !== 0) return;
        paper.setPointerCapture(e.pointerId);
        at = null;
        draw(place(e));
    });
    paper.addEventListener("pointermove", e => {
        const all = e.getCoalescedEvents?.() ?? [];
        if (e.buttons & 1 && at)
            for (const one of all.length > 0 ? all : [e]) draw(place(one));
    });
    for (const end of ["pointerup", "pointercancel"])
        paper.addEventListener(end, () => { at = null; });
    paper.addEventListener("keydown", e => {
        const by = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1],
                    ArrowDown: [0, 1]}[e.key];
        if (!by) return;
        e.preventDefault();
        const next = {x: key.x + by[0] * thick / 2, y: key.y + by[1] * thick / 2};
        if (!e.shiftKey) {
            at = key;
            draw(next);
            at = null;
        }
        key = next;
    });
    return {
        clear() {
            pen.clearRect(0, 0, paper.width, paper.height);
            key = {x: paper.width / 2, y: paper.height / 2};
            changed();
        },
        ink() {
            const {data} = pen.getImageData(0, 0, paper.width, paper.height);
            return Float32Array.from({length: data.length / 4},
                                     (_, i) => data[4 * i + 3] / 255);
        }
    };
}

/* Each of the following makes what asks for one input: an element, and read(),
   which gives a row of numbers as data have them, or null where there is none
   yet. */

function drawing(net, i, changed) {
    const t = net.facts.inputs[i], [, high, wide] = t.picture;
    const scale = Math.ceil(280 / Math.max(high, wide));
    const margin = Math.min(high, wide) >= 20 ? Math.round(high / 7) : 0;
    const paper = size(make("canvas", {
        className: "paper", tabIndex: 0, role: "img",
        "aria-label": `${t.name}: draw here by mouse or finger, or with the arrow ` +
            "keys; with Shift they move without drawing"
    }), high * scale, wide * scale);
    const seen = size(make("canvas", {
        className: "seen points", role: "img", "aria-label": "What the network sees"
    }), high, wide);
    const fit = make("input", {type: "checkbox", checked: true});
    const {full, data} = scaler(net, i);
    const pen = strokes(paper, scale * Math.max(1.25, high / 12), changed);
    const clear = make("button", {type: "button"}, "Clear");
    const what = make("p", {className: "note"});
    clear.onclick = pen.clear;
    fit.onchange = () => { tell(); changed(); };
    const tell = () => {
        what.textContent = `The network sees ${high} × ${wide} numbers from 0 ` +
            `(paper) to ${shown(full)} (ink)` + (!fit.checked ? "." :
            ": the drawing, cut out, " + (margin > 0
                ? `made to fit with a margin of ${margin}` : "made to fit") +
            " and put with its weight in the middle.");
    };
    tell();
    return {
        element: make("div", null, paper,
            make("div", {className: "row"}, clear,
                 make("label", null, fit, "Centre and fit")),
            make("div", {className: "about"}, seen, what)),
        read() {
            const ink = pen.ink(), any = ink.some(x => x > 0);
            const shades = points(ink, {high: paper.height, wide: paper.width},
                                  high, wide, fit.checked, margin);
            show(seen, 1, shades);
            return any ? data(shades) : null;
        }
    };
}

function photograph(net, i, changed) {
    const t = net.facts.inputs[i], [, high, wide] = t.picture;
    const seen = size(make("canvas", {
        className: "paper points", role: "img", "aria-label": "What the network sees"
    }), high, wide);
    const file = make("input", {type: "file", accept: "image/*"});
    const {full, data} = scaler(net, i);
    const pen = seen.getContext("2d", {willReadFrequently: true});
    let row = null;
    file.onchange = async () => {
        const picture = await createImageBitmap(file.files[0]);
        const side = Math.min(picture.width / wide, picture.height / high);
        pen.imageSmoothingQuality = "high";
        pen.drawImage(picture, (picture.width - side * wide) / 2,
                      (picture.height - side * high) / 2, side * wide,
                      side * high, 0, 0, wide, high);
        const {data: rgba} = pen.getImageData(0, 0, wide, high);
        const n = high * wide;
        row = data(Array.from({length: 3 * n}, (_, k) =>
            rgba[4 * (k % n) + Math.floor(k / n)] / 255));
        changed();
    };
    return {
        element: make("div", null, seen,
            make("div", {className: "row"},
                 make("label", null, "Picture ", file)),
            make("p", {className: "note"},
                 `Its middle becomes ${high} × ${wide} points of red, green ` +
                 `and blue from 0 to ${shown(full)}.`)),
        read: () => row
    };
}

/* A number each, by the names of their columns. */
function fields(net, i, changed) {
    const t = [...net.facts.inputs, ...net.facts.targets][i];
    const boxes = Array.from({length: t.values}, () => make("input", {
        type: "number", step: "any", oninput: changed}));
    return {
        element: make("div", {className: "fields"}, ...boxes.map((box, k) => {
            const features = t.shape.at(-1) ?? 1, j = k % features;
            const {name, zero, unit} = net.column(i, j);
            const one = features > 1 ? name ?? `${t.name} ${j + 1}`
                                     : t.name + (name ? `, ${name}` : "");
            const label = one + (t.values > features
                ? `, step ${Math.floor(k / features) + 1}` : "");
            const about = make("small");
            if (t.standardized) {
                box.value = shown(zero);
                about.textContent = `mostly ${shown(zero)} ± ` +
                    `${shown(Math.abs(unit))}${t.fills ? "; may be empty" : ""}`;
            } else
                box.value = 0;
            return make("label", null, make("span", null, label, about), box);
        })),
        read: () => boxes.some(b => b.value === "" && !t.fills) ? null :
            boxes.map(b => b.value === "" ? NaN : +b.value)
    };
}

/* Many numbers, or ids, as text. */
function numbers(net, i, changed) {
    const t = [...net.facts.inputs, ...net.facts.targets][i];
    const box = make("textarea", {oninput: changed, spellcheck: false});
    const many = t.values === 1 ? "a whole number" : `${t.values} whole numbers`;
    const what = t.classes > 0 ? `${many} from 0 to ${t.classes - 1}`
                               : `${t.values} numbers`;
    const seen = make("p", {className: "note"});
    return {
        element: make("div", null, make("label", null,
            `${t.name}: ${what}` + (t.shape.length > 1
                ? ` (${t.shape.join(" × ")}, row by row)` : ""), box), seen),
        read() {
            const words = box.value.split(/[\s,;]+/).filter(s => s);
            const x = words.map(Number), bad = x.findIndex(v => !isFinite(v));
            const fits = x.length === t.values && bad < 0;
            seen.textContent = bad >= 0 ? `“${words[bad]}” is no number.`
                : fits ? "" : `${x.length} of ${t.values} are there.`;
            return fits ? x : null;
        }
    };
}

/* Text, which becomes ids. */
function words(net, i, changed) {
    const t = [...net.facts.inputs, ...net.facts.targets][i];
    const box = make("textarea", {oninput: changed});
    const seen = make("p", {className: "note"});
    return {
        element: make("div", null, make("label", null, t.name, box), seen),
        read() {
            seen.textContent = "";
            try {
                return box.value.trim() === "" ? null : net.ids(i, box.value);
            } catch (e) {
                seen.textContent = e.message;
                return null;
            }
        }
    };
}

function choice(net, i, changed) {
    const t = [...net.facts.inputs, ...net.facts.targets][i];
    const box = make("select", {onchange: changed},
        ...i < net.facts.inputs.length
            ? [] : [make("option", {value: ""}, "choose")],
        ...Array.from({length: t.classes}, (_, id) =>
            make("option", {value: id}, net.name(i, id))));
    return {
        element: make("label", null, `${t.name} `, box),
        read: () => box.value === "" ? null : [+box.value]
    };
}

/* Of more classes their numbers are asked for. */
const MOST_NAMED = 2000;

function asking(net, i, changed) {
    const t = [...net.facts.inputs, ...net.facts.targets][i];
    const as = t.picture && i < net.facts.inputs.length
                   ? t.picture[0] === 1 ? drawing : photograph
               : t.text ? words
               : t.classes > 0 ? t.values === 1 && t.classes <= MOST_NAMED
                                     ? choice : numbers
               : t.values > 32 ? numbers : fields;
    return as(net, i, changed);
}

/* The classes by probability, at most `most` of them, in their own order. */
const MOST = 20;

function bars(net, output, values) {
    const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a]);
    const kept = new Set(order.slice(0, MOST));
    const rows = Array.from(values.keys()).filter(k => kept.has(k)).map(k => {
        const part = `${(100 * values[k]).toFixed(1)} %`;
        return make("tr", {className: k === order[0] ? "best" : ""},
            make("th", {scope: "row"}, net.name(output.target, k)),
            make("td", null, make("div", {className: "bar", "aria-hidden": "true"},
                make("div", {style: `width: ${100 * values[k]}%`}))),
            make("td", null, part));
    });
    const rest = values.length - rows.length;
    return make("table", null,
        make("caption", null, output.name === "output" ? "" : output.name,
             rest > 0 ? ` the best ${MOST}; ${rest} more are less probable` : ""),
        make("tbody", null, ...rows));
}

function list(output, values) {
    const rows = Array.from(values).slice(0, 100).map((x, k) => make("tr", null,
        make("th", {scope: "row"}, values.length > 1 ? `${output.name} ${k + 1}`
                                                     : output.name),
        make("td", null, shown(x))));
    return make("table", null, make("tbody", null, ...rows));
}

/* The most probable class of each step; a step of padding has none. */
function steps(net, row, output, values) {
    const {inputs} = net.facts, [count, classes] = output.shape;
    const at = inputs.findIndex(t => t.text && t.values === count);
    const rows = Array.from({length: count}, (_, k) => k).filter(
        k => at < 0 || row[at][k] > 0).map(k => {
        const step = Array.from(values.slice(k * classes, (k + 1) * classes));
        const best = Math.max(...step), id = step.indexOf(best);
        return make("tr", null,
            make("th", {scope: "row"}, at < 0 ? `step ${k + 1}`
                                              : net.name(at, row[at][k])),
            make("td", null, net.name(output.target, id)),
            make("td", null, `${(100 * best).toFixed(1)} %`));
    });
    return make("table", null, make("tbody", null, ...rows));
}

const isSteps = o => o.probabilities && o.target >= 0 && o.shape.length === 2;
const isBars = o => o.probabilities && o.target >= 0 && o.shape.length === 1;

class Page {
    constructor(net, untrained) {
        this.net = net;
        this.untrained = untrained;
        this.examples = [];
        this.losses = [];
        this.due = false;
    }

    /* Asks anew, since names depend on the weights; what is drawn stays. */
    build() {
        const {net} = this, {inputs, targets} = net.facts, n = inputs.length;
        const soon = () => this.later();
        this.inputs = inputs.map((t, i) =>
            t.picture && this.inputs ? this.inputs[i] : asking(net, i, soon));
        this.targets = targets.map((_, i) => asking(net, n + i, () => {}));
        $("inputs").replaceChildren(...this.inputs.map(x => x.element));
        $("targets").replaceChildren(...this.targets.map(x => x.element));
        this.answer();
    }

    /* Once a frame, however many strokes there are. */
    later() {
        if (this.due) return;
        this.due = true;
        requestAnimationFrame(() => { this.due = false; this.answer(); });
    }

    answer() {
        const row = this.inputs.map(x => x.read());
        const {outputs} = this.net.facts;
        $("outputs").replaceChildren();
        $("answer").textContent = "";
        if (row.includes(null)) {
            $("answer").textContent = "…";
            return;
        }
        attempt(() => {
            const made = this.net.run(row);
            const first = outputs.findIndex(isBars);
            $("outputs").replaceChildren(...outputs.map((o, i) =>
                isBars(o) ? bars(this.net, o, made[i])
                : isSteps(o) ? steps(this.net, row, o, made[i])
                             : list(o, made[i])));
            if (first >= 0)
                $("answer").textContent = made[first].some(Number.isNaN)
                    ? "no numbers" : this.net.name(outputs[first].target,
                        made[first].indexOf(Math.max(...made[first])));
        });
    }

    /* What is wrong where words have labels, one each, of another number. */
    apart(row) {
        const {inputs, targets} = this.net.facts;
        const filled = ids => ids.filter(id => id > 0).length;
        for (const [k, t] of targets.entries()) {
            const i = inputs.findIndex(x => x.text && x.values === t.values);
            const labels = filled(row[inputs.length + k]);
            if (t.text && i >= 0 && labels !== filled(row[i]))
                return `${t.name} has ${count(labels, "label")}, ` +
                    `${inputs[i].name} ${count(filled(row[i]), "word")}: each ` +
                    "word has one label.";
        }
        return null;
    }

    /* What keeps this row from being learned, or null. */
    misfit(row) {
        const wanted = ["steps", "rate"].find(id => !$(id).checkValidity() ||
                                                    $(id).value === "");
        return row.includes(null) ? "Fill in the input and what is right."
            : wanted === "steps" ? "Steps are a whole number from 1 to 1000."
            : wanted === "rate" ? "The rate is a number, 0 or more."
                                : this.apart(row);
    }

    /* Steps by all examples that fit a batch, the newest ones if there are
       more. */
    train() {
        const row = [...this.inputs, ...this.targets].map(x => x.read());
        const why = this.misfit(row);
        if (why) {
            $("learned").textContent = why;
            return;
        }
        const same = JSON.stringify(row.map(x => Array.from(x)));
        if (!this.examples.some(e => e.same === same))
            this.examples.push({same, row});
        const rows = this.examples.slice(-this.net.batch).map(e => e.row);
        const losses = [];
        attempt(() => {
            this.net.setRate(+$("rate").value);
            for (let k = 0; k < +$("steps").value; k++)
                losses.push(this.net.step(rows).loss);
        });
        if (losses.length === 0) return;
        const alert = $("alert").textContent;
        this.untrained = false;
        this.losses.push(...losses);
        this.tell(losses, rows.length);
        this.answer();
        $("alert").textContent ||= alert;
    }

    tell(losses, rows) {
        const all = this.losses, most = Math.max(...all, 1e-9);
        $("learned").textContent =
            `${count(all.length, "step")} so far; by ${count(rows, "example")}: ` +
            `loss ${shown(losses[0])}` + (losses.length > 1
                ? ` → ${shown(losses[losses.length - 1])}` : "");
        $("curve").toggleAttribute("hidden", all.length < 2);
        $("curve").firstElementChild.setAttribute("points", all.map((x, k) =>
            `${100 * k / Math.max(1, all.length - 1)},${39 - 38 * x / most}`
        ).join(" "));
    }

    save() {
        attempt(() => {
            const url = URL.createObjectURL(new Blob([this.net.save()]));
            make("a", {href: url,
                       download: `${this.net.facts.model}.safetensors`}).click();
            setTimeout(() => URL.revokeObjectURL(url), 1000);
        });
    }

    async load(file) {
        const given = new Uint8Array(await file.arrayBuffer());
        attempt(() => {
            this.net.open(given);
            this.untrained = false;
            this.losses = [];
            $("learned").textContent = `${file.name} is loaded.`;
            $("curve").toggleAttribute("hidden", true);
            this.about();
            this.build();
        });
    }

    about() {
        const {file, nnc, parameters} = this.net.facts;
        $("about").textContent = `${count(parameters, "parameter")}, from ` +
            `${file} by nnc ${nnc}. All of it runs in this page: nothing is ` +
            "sent anywhere." + (this.untrained
                ? " The network is untrained: load weights, or train it." : "");
    }
}

/* What goes wrong stands at the head of the page. */
function attempt(what) {
    try {
        $("alert").textContent = "";
        what();
    } catch (e) {
        $("alert").textContent = e.message;
    }
}

async function start() {
    const facts = JSON.parse($("facts").textContent);
    const net = await Net.load(bytes("program"), facts);
    const weights = bytes("weights");
    net.open(weights);
    const page = new Page(net, weights.length === 0);
    page.about();
    $("training").hidden = net.batch === 0;
    $("rate").value = facts.rate;
    $("train").onclick = () => page.train();
    $("save").onclick = () => page.save();
    $("load").onchange = e => e.target.files[0] && page.load(e.target.files[0]);
    document.querySelector("main").hidden = false;
    page.build();
}

start().catch(e => {
    $("alert").textContent = `The network cannot start: ${e.message}`;
});
