/* browser.js: a page in a browser without windows, by Chrome's DevTools over a
   pipe; nothing is needed but node and chromium. Each line of standard input is
   a command; what it gives is printed as a line.
       node browser.js CHROMIUM PAGE.html <COMMANDS
   draw ID X,Y X,Y ...   a stroke by mouse on the canvas of the input, in shares
                         of its width and height
   click SELECTOR        a click with the mouse
   set SELECTOR VALUE    an input's or a list's value, as if typed
   key SELECTOR KEY N    a key, pressed so often there
   file SELECTOR PATH    a file chosen
   download FOLDER       where files go that are saved from now on
   say EXPRESSION        the value of an expression of JavaScript, as text
   wait EXPRESSION       until it is true, at most a minute
   picture PATH W H      a picture of the page in a window of this size */
"use strict";
const {spawn} = require("child_process");
const fs = require("fs"), os = require("os"), path = require("path");
const [chromium, page] = process.argv.slice(2);
const home = fs.mkdtempSync(path.join(os.tmpdir(), "page-"));
const browser = spawn(chromium, [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
    "--disable-dev-shm-usage", `--user-data-dir=${home}`,
    "--remote-debugging-pipe", "about:blank"
], {stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"]});
const waiting = new Map(), said = [];
let next = 1, session, rest = "";

browser.stdio[4].on("data", part => {
    const messages = (rest + part).split("\0");
    rest = messages.pop();
    for (const m of messages.map(text => JSON.parse(text))) {
        if (m.id) waiting.get(m.id)(m);
        if (m.method === "Runtime.exceptionThrown")
            said.push(m.params.exceptionDetails.exception?.description);
        if (m.method === "Network.requestWillBeSent" &&
            !/^(file|data|blob|about):/.test(m.params.request.url))
            said.push(`asks the network for ${m.params.request.url}`);
    }
});

function call(method, params = {}, sessionId = session) {
    return new Promise((good, bad) => {
        waiting.set(next, m => m.error ? bad(new Error(m.error.message))
                                       : good(m.result));
        browser.stdio[3].write(JSON.stringify(
            {id: next++, method, params, sessionId: sessionId ?? undefined}) + "\0");
    });
}

async function value(expression) {
    const made = await call("Runtime.evaluate",
        {expression, returnByValue: true, awaitPromise: true});
    if (made.exceptionDetails)
        throw new Error(made.exceptionDetails.exception.description);
    return made.result.value;
}

async function mouse(type, x, y) {
    await call("Input.dispatchMouseEvent", {type, x, y, button: "left",
        buttons: type === "mouseReleased" ? 0 : 1, clickCount: 1});
}

async function box(selector) {
    return value(`(e => { e.scrollIntoView({block: "center"});
        const r = e.getBoundingClientRect();
        return {x: r.left, y: r.top, w: r.width, h: r.height}; })(
        document.querySelector(${JSON.stringify(selector)}))`);
}

const commands = {
    async draw(selector, ...places) {
        const r = await box(selector);
        const at = places.map(p => p.split(",").map(Number))
            .map(([x, y]) => [r.x + x * r.w, r.y + y * r.h]);
        await mouse("mousePressed", ...at[0]);
        for (const to of at.slice(1)) await mouse("mouseMoved", ...to);
        await mouse("mouseReleased", ...at[at.length - 1]);
    },
    async click(selector) {
        const r = await box(selector);
        await mouse("mousePressed", r.x + r.w / 2, r.y + r.h / 2);
        await mouse("mouseReleased", r.x + r.w / 2, r.y + r.h / 2);
    },
    async set(selector, ...words) {
        await value(`(e => { e.value = ${JSON.stringify(words.join(" "))};
            e.dispatchEvent(new Event("input")); e.dispatchEvent(
            new Event("change")); })(
            document.querySelector(${JSON.stringify(selector)}))`);
    },
    async key(selector, key, times) {
        await value(`document.querySelector(${JSON.stringify(selector)}).focus()`);
        for (let k = 0; k < +times; k++)
            for (const type of ["keyDown", "keyUp"])
                await call("Input.dispatchKeyEvent", {type, key});
    },
    async file(selector, name) {
        const {root} = await call("DOM.getDocument");
        const {nodeId} = await call("DOM.querySelector",
            {nodeId: root.nodeId, selector});
        await call("DOM.setFileInputFiles",
            {nodeId, files: [path.resolve(name)]});
    },
    async download(folder) {
        await call("Browser.setDownloadBehavior",
            {behavior: "allow", downloadPath: path.resolve(folder)}, null);
    },
    async say(...words) {
        console.log(String(await value(words.join(" "))));
    },
    async wait(...words) {
        for (let k = 0; k < 1200; k++) {
            if (await value(words.join(" "))) return;
            await new Promise(r => setTimeout(r, 50));
        }
        throw new Error(`${words.join(" ")}: never`);
    },
    async picture(name, width, height) {
        await call("Emulation.setDeviceMetricsOverride",
            {width: +width, height: +height, deviceScaleFactor: 1, mobile: false});
        await value("scrollTo(0, 0)");
        const made = await call("Page.captureScreenshot");
        fs.writeFileSync(name, Buffer.from(made.data, "base64"));
    }
};

async function main() {
    const {targetInfos} = await call("Target.getTargets");
    const {targetId} = targetInfos.find(t => t.type === "page");
    const made = await call("Target.attachToTarget", {targetId, flatten: true});
    session = made.sessionId;
    for (const domain of ["Page", "Runtime", "Network", "DOM"])
        await call(`${domain}.enable`);
    await call("Page.navigate", {url: `file://${path.resolve(page)}`});
    await commands.wait(`document.readyState === "complete" &&
        (!document.querySelector("main").hidden ||
         document.querySelector("#alert").textContent !== "")`);
    for (const line of fs.readFileSync(0, "utf8").split("\n")) {
        const [name, ...words] = line.trim().split(/ +/);
        if (name) await commands[name](...words);
    }
    for (const line of said) console.log(line);
}

main().catch(e => {
    console.log(e.message);
    process.exitCode = 1;
}).finally(async () => {
    session = undefined;
    await call("Browser.close").catch(() => {});
    browser.once("exit", () => fs.rmSync(home, {recursive: true, force: true}));
});
