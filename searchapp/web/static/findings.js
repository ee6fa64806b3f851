// What the doctor and documents' notes say, in the interface's language: sentence by sentence, {} for a name or number.
// What is not known is shown as it came, and so are commands.

import { lang } from "./i18n.js";

const NOTES = [
  ["Renamed from {}.", "由 {} 改名而来。"],
  ["Its page tree is damaged: only those pages are in that could be found without it.", "其页面结构已损坏：只收录了仍能找到的页面。"],
  ["Page {} was read from pictures (OCR) and may hold misread words.", "第 {} 页由图片识别（OCR）而来，可能有误读的字。"],
  ["Pages {} and more were read from pictures (OCR) and may hold misread words.", "第 {} 页及更多页由图片识别（OCR）而来，可能有误读的字。"],
  ["Pages {} were read from pictures (OCR) and may hold misread words.", "第 {} 页由图片识别（OCR）而来，可能有误读的字。"],
  ["Page {} has no text.", "第 {} 页没有文本。"],
  ["Pages {} and more have no text.", "第 {} 页及更多页没有文本。"],
  ["Pages {} have no text.", "第 {} 页没有文本。"],
  ["Run OCR on it (ocrmypdf, for example) and add the result.", "请先做文字识别（例如 ocrmypdf），再添加结果。"],
  ["Install tesseract with {} to have scanned pages read; then ingest it again.", "请安装 tesseract 及 {} 语言包以识别扫描页，然后重新添加。"],
  ["Its pages cannot be drawn; save it again with another program.", "页面无法显示；请用其他程序重新保存。"],
  ["Raise SEARCHAPP_OCR_MAX_PAGES to have more than {} read.", "如需识别超过 {} 页，请调高 SEARCHAPP_OCR_MAX_PAGES。"],
  ["Tesseract lacks {}: install it, or set SEARCHAPP_OCR_LANGUAGES to the languages that it is to read.", "tesseract 缺少 {}：请安装，或在 SEARCHAPP_OCR_LANGUAGES 中指定要识别的语言。"],
  ["Tesseract found none there; if there is some, set SEARCHAPP_OCR_LANGUAGES to the languages that it is to read.", "tesseract 在其中没有找到文本；如果确有文本，请在 SEARCHAPP_OCR_LANGUAGES 中指定要识别的语言。"],
];

const FINDINGS = [
  // every installation
  ["{} documents have passages, and no entry in the registry: {}.", "{} 个文档有段落，但登记表中没有条目：{}。"],
  ["{} documents count as indexed, and have no passages: {} and others.", "{} 个文档记为已索引，但没有段落：{} 等。"],
  ["{} documents count as indexed, and have no passages: {}.", "{} 个文档记为已索引，但没有段落：{}。"],
  ["Every passage belongs to one of the {} documents, and none lacks its own.", "每个段落都属于 {} 个文档之一，没有文档缺少段落。"],
  ["{} is no folder.", "{} 不是文件夹。"],
  ["Set SEARCHAPP_DATA_DIR to a folder.", "请将 SEARCHAPP_DATA_DIR 设为一个文件夹。"],
  ["{} cannot be written.", "{} 无法写入。"],
  ["Change its rights, or set SEARCHAPP_DATA_DIR.", "请更改其权限，或设置 SEARCHAPP_DATA_DIR。"],
  ["Free disk space, or set SEARCHAPP_DATA_DIR to another disk.", "请释放磁盘空间，或将 SEARCHAPP_DATA_DIR 设到另一块磁盘。"],
  ["{} is not on this machine; it is fetched when it is first used.", "{} 不在本机上；首次使用时会下载。"],
  ["Give a folder with the model, or fetch it while you are online: searchapp search anything.", "请指定模型所在的文件夹，或在联网时下载：searchapp search anything。"],
  ["{}, up to {} tokens, works offline.", "{}，最多 {} 个词元，可离线使用。"],
  ["The embedding model '{}' is not on this machine and could not be fetched.", "嵌入模型 {} 不在本机上，也无法下载。"],
  ["Give a folder with the model, or use the packaged one: SEARCHAPP_EMBEDDING_MODEL={}.", "请指定模型所在的文件夹，或使用自带的模型：SEARCHAPP_EMBEDDING_MODEL={}。"],
  ["Nothing is indexed yet.", "还没有索引任何内容。"],
  ["The index was built with the configured model, {}.", "索引由配置的模型建立：{}。"],
  ["The index was moved to {}; processes with other settings follow it.", "索引已改用 {}；其他设置的进程会随之改用。"],
  ["Set SEARCHAPP_EMBEDDING_MODEL={}, to spare them loading two models.", "请设置 SEARCHAPP_EMBEDDING_MODEL={}，以免它们加载两个模型。"],
  ["The index was built with {}, and the settings name {} (differing: {}).", "索引由 {} 建立，而设置中是 {}（不同之处：{}）。"],
  ["The index was built with {}, and the settings name {} (the same name, other weights).", "索引由 {} 建立，而设置中是 {}（名称相同，权重不同）。"],
  ["Set SEARCHAPP_EMBEDDING_MODEL={} as it was, move the index to the new model (searchapp es reindex, on Elasticsearch), or ingest into a new one: SEARCHAPP_INDEX_PREFIX or SEARCHAPP_DATA_DIR.", "请将 SEARCHAPP_EMBEDDING_MODEL 设回 {}，或将索引改用新模型（Elasticsearch 上：searchapp es reindex），或另建索引：SEARCHAPP_INDEX_PREFIX 或 SEARCHAPP_DATA_DIR。"],
  ["Version {} at {}.", "版本 {}，位于 {}。"],
  ["Ollama has no model '{}'.", "Ollama 没有模型 {}。"],
  ["Fetch it: ollama pull {}.", "获取它：ollama pull {}。"],
  ["Or set SEARCHAPP_LLM_MODEL to one of: none is there.", "目前没有其他模型可选。"],
  ["Or set SEARCHAPP_LLM_MODEL to one of: {}.", "或将 SEARCHAPP_LLM_MODEL 设为其中之一：{}。"],
  ["Ollama does not answer at {}.", "Ollama（{}）没有响应。"],
  ["Start it (ollama serve), or set SEARCHAPP_OLLAMA_URL.", "请启动它（ollama serve），或设置 SEARCHAPP_OLLAMA_URL。"],
  ["Ollama at {} did not answer in time.", "Ollama（{}）没有及时响应。"],
  ["It may be loading a large model: try again, or raise SEARCHAPP_LLM_TIMEOUT_SECONDS.", "它可能正在加载大模型：请重试，或调高 SEARCHAPP_LLM_TIMEOUT_SECONDS。"],
  ["Ollama at {} refuses access (HTTP {}).", "Ollama（{}）拒绝访问（HTTP {}）。"],
  ["Check the proxy or key in front of it, and SEARCHAPP_OLLAMA_URL.", "请检查它前面的代理或密钥，以及 SEARCHAPP_OLLAMA_URL。"],
  ["Answers are quotations without it.", "没有它，回答只能摘录原文。"],
  ["{} reads {} tokens, and {} are asked for.", "{} 能读 {} 个词元，而设置要求 {} 个。"],
  ["Set SEARCHAPP_LLM_CONTEXT_TOKENS={}.", "请设置 SEARCHAPP_LLM_CONTEXT_TOKENS={}。"],
  ["{} is there and reads {} tokens; {} are asked for.", "{} 可用，能读 {} 个词元；设置要求 {} 个。"],
  ["{} is there and does not say how many tokens it reads; {} are asked for.", "{} 可用，但没有说明能读多少词元；设置要求 {} 个。"],
  ["{} documents queued, {} in work.", "{} 个文档在排队，{} 个正在处理。"],
  ["They are read when a process ingests: searchapp serve, or searchapp ingest.", "有进程读取文档时才会处理它们：searchapp serve 或 searchapp ingest。"],
  ["{} of them were left by a process that ended, the first {}.", "其中 {} 个被已结束的进程搁下，第一个是 {}。"],
  ["searchapp ingest on the same folders takes them up again.", "对同样的文件夹运行 searchapp ingest 即可继续。"],
  ["{} documents failed or are in quarantine.", "{} 个文档失败或已搁置。"],
  ["searchapp documents list --state failed,quarantined tells why; searchapp documents retry --all tries them again.", "searchapp documents list --state failed,quarantined 列出原因；searchapp documents retry --all 重试它们。"],
  ["{} ranks the best {} passages anew.", "{} 对最好的 {} 个段落重新排序。"],
  ["The embedded store in {} holds {} passages.", "{} 中的内嵌存储有 {} 个段落。"],
  ["{} holds {} passages.", "{} 有 {} 个段落。"],
  ["The queue is paused since {} by {}: nothing new is begun.", "{1} 于 {0} 暂停了队列：不再开始新的文档。"],
  ["searchapp queue resume ends that.", "searchapp queue resume 可恢复。"],
  ["{} batches wait for a worker, {} documents are in workers' hands.", "{} 个批次等待处理，{} 个文档正在处理。"],
  ["Start one where none runs: searchapp worker.", "如果没有工作进程，请启动一个：searchapp worker。"],
  // Elasticsearch
  ["Elasticsearch does not answer at {}.", "Elasticsearch（{}）没有响应。"],
  ["Start it, or set SEARCHAPP_ELASTICSEARCH_URL.", "请启动它，或设置 SEARCHAPP_ELASTICSEARCH_URL。"],
  ["Elasticsearch at {} did not answer within {} seconds.", "Elasticsearch（{}）在 {} 秒内没有响应。"],
  ["Check its load and its log, then try again.", "请检查其负载和日志，然后重试。"],
  ["Elasticsearch at {} does not accept the credentials (HTTP {}).", "Elasticsearch（{}）不接受所给的凭据（HTTP {}）。"],
  ["Elasticsearch at {} does not allow this (HTTP {}).", "Elasticsearch（{}）不允许此操作（HTTP {}）。"],
  ["Set SEARCHAPP_ELASTICSEARCH_API_KEY to a key that may read and write the searchapp indices: searchapp es roles create worker makes one. The searchapp es commands need one of an operator.", "请将 SEARCHAPP_ELASTICSEARCH_API_KEY 设为可读写 searchapp 索引的密钥：searchapp es roles create worker 可创建。searchapp es 命令需要运维人员的密钥。"],
  ["{} is an index, and should be an alias of one.", "{} 是一个索引，而它应是索引的别名。"],
  ["The alias {} names an index that is no version of ours: {}.", "别名 {} 指向一个不属于本系统的索引：{}。"],
  ["The alias {} names {} versions of the index ({}).", "别名 {} 指向索引的 {} 个版本（{}）。"],
  ["The alias {} is missing, although {} is there.", "缺少别名 {}，而 {} 存在。"],
  ["The alias {} does not name {}, which is live.", "别名 {} 没有指向正在使用的 {}。"],
  ["searchapp es aliases shows the versions; {} mends it.", "searchapp es aliases 列出各版本；{} 可修复。"],
  ["Searches read {}: {} documents, {} passages.", "检索使用 {}：{} 个文档，{} 个段落。"],
  ["The index is lost: the registry tells of {} documents, and there are no passages.", "索引已丢失：登记表中有 {} 个文档，却没有段落。"],
  ["searchapp es snapshot restore brings it back. Without a snapshot: searchapp es apply --start-over, then ingest again.", "searchapp es snapshot restore 可恢复。没有快照时：运行 searchapp es apply --start-over，然后重新添加文档。"],
  ["There is no index yet.", "还没有索引。"],
  ["searchapp es apply makes one, and so does the first ingest.", "searchapp es apply 会建立索引，首次添加文档时也会。"],
  ["{} takes no writes: {} is set.", "{} 不接受写入：设置了 {}。"],
  ["Elasticsearch sets it when a disk passes the flood-stage watermark, and lifts it by itself when there is space again: free some. If it does not watch its disks: {}", "磁盘超过 flood stage 水位时 Elasticsearch 会设置它，有空间后会自行解除：请释放空间。如果它不监视磁盘：{}"],
  ["Somebody set it. When the reason is gone: {}", "这是有人设置的。原因消除后运行：{}"],
  ["Elasticsearch does not watch its disks: {} is false.", "Elasticsearch 不监视磁盘：{} 为 false。"],
  ["Set it to true, or watch them yourself: on a full disk writes fail half way.", "请设为 true，或自行监视：磁盘写满时写入会中途失败。"],
  ["{} has {} of {} GiB free, less than the {} watermark of {} GiB free: its indices are read-only until space is free.", "{} 的 {} / {} GiB 可用，低于 {} 水位（可用 {} GiB）：释放空间之前其索引只读。"],
  ["{} has {} of {} GiB free, less than the {} watermark of {} GiB free: its shards are moved away.", "{} 的 {} / {} GiB 可用，低于 {} 水位（可用 {} GiB）：其分片会被移走。"],
  ["{} has {} of {} GiB free, less than the {} watermark of {} GiB free: no new shard goes there.", "{} 的 {} / {} GiB 可用，低于 {} 水位（可用 {} GiB）：不再分配新分片。"],
  ["{} has {} of {} GiB free.", "{} 的 {} / {} GiB 可用。"],
  ["{} has {} GiB free.", "{} 有 {} GiB 可用空间。"],
  ["Free disk space on it, or add a node. Old versions of the index go with searchapp es prune.", "请释放其磁盘空间，或增加节点。searchapp es prune 可删除索引的旧版本。"],
  ["The cluster is red: {} shards are on no node, primaries among them.", "集群为红色：{} 个分片不在任何节点上，其中有主分片。"],
  ["The cluster is yellow: {} copies of shards are on no node.", "集群为黄色：{} 个分片副本不在任何节点上。"],
  ["The cluster is green, with {} data node(s).", "集群为绿色，有 {} 个数据节点。"],
  ["GET _cluster/allocation/explain tells which shard, and why it is nowhere.", "GET _cluster/allocation/explain 说明是哪个分片及其原因。"],
  ["{} tasks wait for the master node.", "{} 个任务在等待主节点。"],
  ["GET _cluster/pending_tasks shows them; give the master more processor or heap.", "GET _cluster/pending_tasks 列出它们；请给主节点更多处理器或堆内存。"],
  ["The cluster has no licence yet; it gives itself the free one in its first seconds.", "集群还没有许可证；启动后几秒内会自动取得免费许可证。"],
  ["The {} licence is {}.", "{} 许可证的状态为 {}。"],
  ["Install another (PUT _license), or go back to the free one: POST {}.", "请安装另一个（PUT _license），或改回免费许可证：POST {}。"],
  ["Licence {}: inference in Elasticsearch and its RRF retriever are allowed.", "许可证 {}：允许 Elasticsearch 中的推理及其 RRF 检索器。"],
  ["Licence {} does not allow inference, and {} needs it.", "许可证 {} 不允许推理，而 {} 需要它。"],
  ["Start a trial (POST {}), install an Enterprise licence, or set SEARCHAPP_EMBEDDING_MODEL to a model outside Elasticsearch.", "请开始试用（POST {}）、安装 Enterprise 许可证，或将 SEARCHAPP_EMBEDDING_MODEL 设为 Elasticsearch 之外的模型。"],
  ["Licence {}: everything that searchapp uses is allowed. Inference in Elasticsearch (elasticsearch:... models) and its RRF retriever are not; searchapp fuses by itself.", "许可证 {}：searchapp 所用的功能都允许。Elasticsearch 中的推理（elasticsearch:... 模型）及其 RRF 检索器不允许；searchapp 自行融合结果。"],
  ["{} may open {} files only.", "{} 只能打开 {} 个文件。"],
  ["ulimit -n {} for its user.", "请为其用户设置 ulimit -n {}。"],
  ["{} uses {} % of a heap of {} GiB, more than half of the machine's {} GiB.", "{} 使用了堆内存的 {}%，堆为 {} GiB，超过本机 {} GiB 内存的一半。"],
  ["{} uses {} % of a heap of {} GiB.", "{} 使用了堆内存的 {}%（共 {} GiB）。"],
  ["Give it more (-Xms and -Xmx in config/jvm.options.d), or add a node.", "请增加堆内存（config/jvm.options.d 中的 -Xms 和 -Xmx），或增加节点。"],
  ["Lower -Xmx to half of the memory: vectors are read through the file system's cache.", "请将 -Xmx 降到内存的一半：向量通过文件系统缓存读取。"],
  ["The nodes are on other machines, which do not tell it.", "节点在其他机器上，无法得知此值。"],
  ["Check there: sysctl vm.max_map_count should say {} or more.", "请在那里检查：sysctl vm.max_map_count 应不小于 {}。"],
  ["{}: a node that is to be reached from elsewhere does not start with it.", "{}：要让其他机器访问的节点无法以此值启动。"],
  ["{}; Elastic recommends {}.", "{}；Elastic 建议 {}。"],
  ["sysctl -w vm.max_map_count={}, and the same line in /etc/sysctl.conf.", "sysctl -w vm.max_map_count={}，并在 /etc/sysctl.conf 中写入同样一行。"],
  ["The credentials may not search: they lack {}.", "所给的凭据不能检索：缺少 {}。"],
  ["Set SEARCHAPP_ELASTICSEARCH_API_KEY to a key that may: searchapp es roles create web.", "请将 SEARCHAPP_ELASTICSEARCH_API_KEY 设为有权检索的密钥：searchapp es roles create web。"],
  ["The credentials suffice for {}.", "所给的凭据足以用于 {}。"],
  ["They do not suffice for {} ({}): they lack {}.", "不足以用于 {}（{}）：缺少 {}。"],
  ["Where that is wanted: searchapp es roles create {}.", "如有需要：searchapp es roles create {}。"],
  ["Elasticsearch asks for no credentials; it listens on this machine.", "Elasticsearch 不要求凭据；它只在本机上监听。"],
  ["Elasticsearch asks for no credentials: whoever reaches it may read and delete everything.", "Elasticsearch 不要求凭据：能访问它的人都可以读取和删除一切。"],
  ["Set xpack.security.enabled: true in elasticsearch.yml, then searchapp es roles create web.", "请在 elasticsearch.yml 中设置 xpack.security.enabled: true，然后运行 searchapp es roles create web。"],
  ["The nodes at {} are of different versions: {}.", "{} 的节点版本不同：{}。"],
  ["Finish the upgrade: bring every node to the newest of these versions.", "请完成升级：将每个节点升到其中最新的版本。"],
  ["Elasticsearch {} at {}, client {}: they fit.", "Elasticsearch {}（{}），客户端 {}：二者匹配。"],
  ["{}: {} shard(s), {} replica(s), {} of them on no node ({}).", "{}：{} 个分片，{} 个副本，其中 {} 个不在任何节点上（{}）。"],
  ["GET _cluster/allocation/explain tells why. A replica needs a node of its own.", "GET _cluster/allocation/explain 说明原因。副本需要另一个节点。"],
  ["{}: {} shard(s), {} replica(s): a node that dies takes passages with it.", "{}：{} 个分片，{} 个副本：节点损坏时会丢失段落。"],
  ["Set \"auto_expand_replicas\": \"0-1\" in es/mappings, then searchapp es apply.", "请在 es/mappings 中设置 \"auto_expand_replicas\": \"0-1\"，然后运行 searchapp es apply。"],
  ["{}: {} shard(s), {} replica(s): one node, so there is one copy.", "{}：{} 个分片，{} 个副本：只有一个节点，因此只有一份。"],
  ["searchapp es snapshot create keeps another.", "searchapp es snapshot create 可另存一份。"],
  ["{}: {} shard(s), {} replica(s).", "{}：{} 个分片，{} 个副本。"],
  ["{}: a shard holds {} GiB.", "{}：一个分片有 {} GiB。"],
  ["Raise number_of_shards in es/mappings/searchapp-chunks.json, then searchapp es reindex.", "请调高 es/mappings/searchapp-chunks.json 中的 number_of_shards，然后运行 searchapp es reindex。"],
  ["The {} {} was edited by hand in the cluster.", "集群中的 {} {} 被手工改过。"],
  ["searchapp es plan shows the edit.", "searchapp es plan 显示改动。"],
  ["{} change(s) of es/ and the settings are not in the cluster yet: {}.", "es/ 和设置中有 {} 项更改尚未应用到集群：{}。"],
  ["searchapp es plan shows them, searchapp es apply makes them.", "searchapp es plan 显示它们，searchapp es apply 应用它们。"],
  ["{}: {} is not as it should be.", "{}：{} 与应有的不同。"],
  ["Templates, mappings and settings are as es/ says.", "模板、映射和设置与 es/ 一致。"],
  ["{} does not say with which model it was built: its _meta is gone.", "{} 没有说明由哪个模型建立：其 _meta 已丢失。"],
  ["searchapp es reindex builds the next version from its text.", "searchapp es reindex 可由其文本构建下一个版本。"],
  ["searchapp es prune --keep 0 removes it.", "searchapp es prune --keep 0 可删除它。"],
  ["Older versions are kept: {}.", "保留了旧版本：{}。"],
  ["searchapp es prune removes them.", "searchapp es prune 可删除它们。"],
  ["{} is being built ({} documents so far) by process {}.", "{} 正由进程 {2} 构建（目前 {1} 个文档）。"],
  ["{} was left unfinished by an es reindex that was ended after {} documents.", "{} 未完成：es reindex 在 {} 个文档之后被终止。"],
  ["searchapp es reindex goes on with it; searchapp es prune --unfinished removes it.", "searchapp es reindex 继续构建；searchapp es prune --unfinished 删除它。"],
  ["{} takes vectors of {} dimensions, and its model is said to make {}.", "{} 的向量为 {} 维，而其模型据称生成 {} 维。"],
  ["searchapp es reindex builds the next version.", "searchapp es reindex 构建下一个版本。"],
  ["{}, as {} and its model say.", "{}，与 {} 及其模型一致。"],
];

const CHECKS = {
  documents: "文档", "data folder": "数据文件夹", "embedding model": "嵌入模型", model: "模型", queue: "队列", reranker: "重排模型",
  store: "存储", aliases: "别名", "read-only": "只读", disk: "磁盘", health: "健康状况", inference: "推理", licence: "许可证",
  heap: "堆内存", "open files": "打开文件数", privileges: "权限", server: "服务器", shards: "分片", templates: "模板", versions: "版本",
  dimensions: "维度",
};

const pattern = (text) => new RegExp(`^${text.replace(/[.*+?^$()|[\]\\/]/g, "\\$&").replaceAll("{}", "(.+?)")}(?= |$)`, "s");
const compiled = (pairs) => pairs.map(([english, chinese]) => [pattern(english), chinese]);
let notes;
let findings;

export const note = (text) => translated(text, () => (notes ??= compiled(NOTES)));
export const finding = (text) => translated(text, () => (findings ??= compiled(FINDINGS)));
export const checkName = (name) => (lang === "zh" && CHECKS[name]) || name;

function translated(text, pairs) {
  if (lang !== "zh" || !text) return text;
  let told = "";
  let rest = text.trim();
  while (rest) {
    const known = pairs().map(([wording, words]) => [wording.exec(rest), words]).find(([found]) => found);
    if (!known) return told + rest;
    const [found, words] = known;
    let next = 0;
    told += words.replace(/\{(\d?)\}/g, (_, at) => found[1 + (at ? Number(at) : next++)]);
    rest = rest.slice(found[0].length).trimStart();
  }
  return told;
}
