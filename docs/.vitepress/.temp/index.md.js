import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse(`{"title":"","description":"","frontmatter":{"layout":"home","hero":{"name":"nats-stream-actors","text":"Streams of records over NATS, in TypeScript","tagline":"Every stream is an XState actor. Nothing is lost, nothing comes twice, and the machines that run are explored to their last state.","actions":[{"theme":"brand","text":"In two minutes","link":"/docs/guide/start"},{"theme":"alt","text":"Compared with others","link":"/docs/comparison"},{"theme":"alt","text":"API","link":"/docs/api/"}]},"features":[{"title":"Contracts","details":"Subject, parameters, request, records and errors in one module; the compiler catches what does not fit.","link":"/docs/guide/contracts"},{"title":"Complete or loud","details":"Sequence, credit and cancellation between clients of this package; one end for each stream, which says why.","link":"/docs/guide/guarantees"},{"title":"Live","details":"Every stream with its states, timers and messages, across processes, in the browser or the terminal.","link":"/docs/guide/watching"},{"title":"Checked","details":"Every order of messages, timers, losses and crashes, of the protocol and of machines of your own.","link":"/docs/guide/checking"},{"title":"Plain NATS","details":"Byte for byte the wire of bacalhau's Go package; no JetStream, no gateway.","link":"/docs/migration/go"},{"title":"In a shell","details":"Serve a command and open it from anywhere.","link":"/docs/guide/command"}]},"headers":[],"relativePath":"index.md","filePath":"docs/index.md"}`);
const _sfc_main = { name: "index.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/index.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const index = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  index as default
};
