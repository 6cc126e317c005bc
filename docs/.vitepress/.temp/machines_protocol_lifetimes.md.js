import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Lifetimes","description":"","frontmatter":{},"headers":[],"relativePath":"machines/protocol/lifetimes.md","filePath":"machines/protocol/lifetimes.md"}');
const _sfc_main = { name: "machines/protocol/lifetimes.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="lifetimes" tabindex="-1">Lifetimes <a class="header-anchor" href="#lifetimes" aria-label="Permalink to &quot;Lifetimes&quot;">​</a></h1><p>Part of <a href="./../PROTOCOL.html">the protocol</a>.</p><p><code>C</code> is a consumer, <code>P</code> a producer, <code>→</code> from left to right a message. Names of states stand in brackets.</p><p><strong>Normal</strong></p><div class="language- vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang"></span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span>C            a stream is opened [opening]</span></span>
<span class="line"><span>C → P        open request                   [opening]   the source starts</span></span>
<span class="line"><span>P → C        heartbeat request: k3Zp9QxB    the new stream is asked for at once</span></span>
<span class="line"><span>C [active]                                  alive</span></span>
<span class="line"><span>C → P        heartbeat response: none       confirmed</span></span>
<span class="line"><span>P → C        data                           [active]</span></span>
<span class="line"><span>P → C        data</span></span>
<span class="line"><span>P → C        close 1000 [closed]            the source ended</span></span>
<span class="line"><span>C [closed]   the reader is told: completed</span></span></code></pre></div><p><strong>Cancel</strong></p><div class="language- vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang"></span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span>C [active]   the reader leaves and is told: cancelled</span></span>
<span class="line"><span>C [cancelling]</span></span>
<span class="line"><span>P → C        data                           absorbed; restarts B</span></span>
<span class="line"><span>P → C        heartbeat request: k3Zp9QxB    restarts B</span></span>
<span class="line"><span>C → P        heartbeat response: k3Zp9QxB   reported</span></span>
<span class="line"><span>             exact:  [closed] at once       plain: [cancelling], and [closed] after B</span></span>
<span class="line"><span>P → C        close 1001</span></span>
<span class="line"><span>C [closed]</span></span></code></pre></div><p><strong>The producer dies</strong></p><div class="language- vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang"></span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span>C [active]   P is gone: neither data nor a heartbeat request comes</span></span>
<span class="line"><span>C            S passes; the reader is told: producerSilent</span></span>
<span class="line"><span>C [cancelling]</span></span>
<span class="line"><span>C            B passes</span></span>
<span class="line"><span>C [closed]</span></span></code></pre></div><p>In opening it is O, and noAnswer. Where nobody subscribes to the request subject the server says so at once, and the reader is told noResponders.</p><p><strong>The consumer dies</strong></p><div class="language- vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang"></span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span>             C is gone</span></span>
<span class="line"><span>P →          heartbeat request              T passes, or 503: a miss</span></span>
<span class="line"><span>P →          heartbeat request              T passes, or 503: the K-th miss in a row</span></span>
<span class="line"><span>P            lost: the source is cancelled</span></span>
<span class="line"><span>P →          close 1001 [closed]            nobody hears it, unless C was only cut off</span></span></code></pre></div><p><strong>Reconnect</strong></p><div class="language- vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang"></span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span>C            link lost: [active.suspended], no timer runs</span></span>
<span class="line"><span>C            link restored: [active.listening], S starts afresh</span></span>
<span class="line"><span>P → C        data, or the next heartbeat request</span></span></code></pre></div><p>What was published to the consumer while it was away is lost, and the plain wire does not show it. On the producer&#39;s side the heartbeat is suspended: no request is sent and no miss is counted; the interval starts afresh. A stream that was cancelling is active again.</p><p><strong>A report is withdrawn</strong></p><div class="language- vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang"></span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span>P → C        heartbeat request: k3Zp9QxB</span></span>
<span class="line"><span>C → P        heartbeat response: k3Zp9QxB   a plain C reported a live stream</span></span>
<span class="line"><span>P [cancelling.reported]                     the source runs on and is published</span></span>
<span class="line"><span>P → C        heartbeat request: k3Zp9QxB</span></span>
<span class="line"><span>C → P        heartbeat response: none       confirmed</span></span>
<span class="line"><span>P [cancelling.withdrawn]                    that proves nothing yet</span></span>
<span class="line"><span>P            B passes since the report</span></span>
<span class="line"><span>P [cancelling.suspected]                    a report would end the stream now</span></span>
<span class="line"><span>P            B passes once more</span></span>
<span class="line"><span>P [active]</span></span></code></pre></div><p><strong>A duplicate request</strong></p><div class="language- vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang"></span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span>C → P        open request                   registered</span></span>
<span class="line"><span>C → P        open request                   the same ids: ignored, the stream goes on</span></span>
<span class="line"><span>P → C        close                          the stream is over and no longer registered</span></span>
<span class="line"><span>C → P        open request                   a late duplicate: a new stream, the source starts again</span></span>
<span class="line"><span>P → C        heartbeat request: k3Zp9QxB    at once</span></span>
<span class="line"><span>C → P        heartbeat response: k3Zp9QxB   the id is not live, so it is reported</span></span>
<span class="line"><span>P → C        close 1001</span></span></code></pre></div><p><strong>An immediate heartbeat while another is under way</strong></p><div class="language- vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang"></span><pre class="shiki shiki-themes github-light github-dark vp-code" tabindex="0"><code><span class="line"><span>P → C        heartbeat request: A           a round is under way</span></span>
<span class="line"><span>C → P        open request B                 B is fresh</span></span>
<span class="line"><span>C → P        heartbeat response: none       judges A alone</span></span>
<span class="line"><span>P → C        heartbeat request: B           asked now</span></span></code></pre></div></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("machines/protocol/lifetimes.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const lifetimes = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  lifetimes as default
};
