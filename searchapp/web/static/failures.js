// What went wrong, in the interface's language. The server speaks English: its sentences are known here by their
// wording, problems besides by their code; what is not known is shown as it came.

import { lang } from "./i18n.js";

const REMEDY = "请重新获取一份，或用原来的程序打开后重新保存。";
const LATER = "请稍后重试。";
const DOWNLOAD = "请自行下载后添加文件。";

// The beginning of a sentence, and its translation; groups are names and numbers.
const SENTENCES = [
  [/^(.+?) is protected by a password, and none of the given ones opens it\./, (name) => `${name} 有密码保护，所给的密码都打不开。请用 searchapp ingest --password 或 SEARCHAPP_DOCUMENT_PASSWORDS 提供密码。`],
  [/^The file is protected by a password\./, () => "文件有密码保护。请去除密码后重新添加。"],
  [/^(.+?) is protected by a password\./, (name) => `${name} 有密码保护。请提供密码，或保存一份没有密码的副本。`],
  [/^(.+?) has no text layer: /, (name) => `${name} 没有文本层：页面是扫描件或只有图片。请先做文字识别（例如 ocrmypdf），再添加结果。`],
  [/^(.+?) is empty \(0 bytes\)\./, (name) => `${name} 是空文件（0 字节）。请重新获取一份，或不添加它。`],
  [/^(.+?) holds no text\./, (name) => `${name} 没有文字内容。请不要添加它，或添加含有其内容的页面。`],
  [/^(.+?) is damaged: /, (name) => `${name} 已损坏。${REMEDY}`],
  [/^Page (\d+) of (.+?) (?:is damaged|has no size)\./, (page, name) => `${name} 的第 ${page} 页已损坏。请打开完整原文。`],
  [/^(.+?) has no page (\d+)\./, (name, page) => `${name} 没有第 ${page} 页。`],
  [/^(.+?) cannot be drawn: /, (name) => `${name} 无法显示为页面。请打开完整原文。`],
  [/^(.+?) cannot be parsed: /, (name) => `${name} 无法解析：内容不符合其格式。${REMEDY}`],
  [/^(.+?) made the parser crash\./, (name) => `${name} 使解析程序崩溃。${REMEDY}`],
  [/^(.+?) took longer than ([\d.]+) s to parse\./, (name, s) => `${name} 的解析超过 ${s} 秒。如果文件确实这么大，请调高 SEARCHAPP_PARSE_TIMEOUT_SECONDS。`],
  [/^(.+?) needs more than (\d+) MiB of memory to parse\./, (name, mb) => `${name} 的解析需要超过 ${mb} MiB 内存。请调高 SEARCHAPP_PARSE_MEMORY_MB，或拆分文件。`],
  [/^(.+?) is larger than (\d+) MiB once unpacked\./, (name, mb) => `${name} 解压后超过 ${mb} MiB。如果确实这么大，请调高 SEARCHAPP_MAX_FILE_MB。`],
  [/^The upload is larger than (\d+) MiB\./, (mb) => `上传内容超过 ${mb} MiB。请拆分文件，或调高 SEARCHAPP_MAX_FILE_MB 后重启服务器。`],
  [/^(.+?) is larger than (\d+) MiB\./, (name, mb) => `${name} 超过 ${mb} MiB。如果确实这么大，请调高 SEARCHAPP_MAX_FILE_MB。`],
  [/^(.+?) is not a document that searchapp can read/, (name) => `${name} 不是 searchapp 能读取的文档。请保存为 PDF、Office、OpenDocument、电子书、电子邮件、HTML、Markdown、CSV 或文本。`],
  [/^(.+?) is locked by its seller \(DRM\)\./, (name) => `${name} 被销售方加锁（DRM）。只有其自己的程序能读取。`],
  [/^(.+?) does not exist\./, (name) => `${name} 不存在。请检查路径。`],
  [/^(.+?) may not be read\./, (name) => `没有读取 ${name} 的权限。请为运行 searchapp 的用户授予读取权限。`],
  [/^(.+?) is (?:not a file|neither a file nor a folder)\./, (name) => `${name} 不是文件或文件夹。`],
  [/^(.+?) has a name that is not valid text\./, (name) => `${name} 的名称不是有效文本。请重命名文件。`],
  [/^(.+?) cannot be read: /, (name) => `${name} 无法读取。请检查磁盘、网络共享或路径。`],
  [/^There is nothing to read in (.+?)\.(?: |$)/, (name) => `${name} 中没有可读取的内容。`],
  [/^An empty name is no file or folder\./, () => "名称为空。请指定文件、文件夹或网址。"],
  [/^(.+?) is not a valid web address/, (url) => `${url} 不是有效的网址。请检查拼写。`],
  [/^(.+?) cannot be fetched: only /, (url) => `${url} 无法读取：只支持 http:// 和 https:// 网址。`],
  [/^(.+?) carries a user name or password/, (url) => `${url} 含有用户名或密码，它们会被保存和显示。请去掉它们。`],
  [/^(.+?) is closed to programs by the site's robots\.txt\./, (url) => `${url} 的 robots.txt 不允许程序读取。请询问网站所有者，或逐页添加。`],
  [/^(.+?) cannot be reached: no host of that name/, (url) => `无法访问 ${url}：没有这个主机名。请检查拼写和网络连接。`],
  [/^(.+?) cannot be reached: /, (url) => `无法访问 ${url}。请检查网址和网络连接。`],
  [/^(.+?) points into a private network/, (url) => `${url} 指向内部网络，searchapp 不读取。确有需要时，请在 SEARCHAPP_ALLOWED_NETWORKS 中列出该网络。`],
  [/^(.+?) sent no page \(the server answered (.+?)\)\./, (url, status) => `${url} 没有返回页面（服务器答复 ${status}）。${DOWNLOAD}`],
  [/^(.+?) is not open to everybody \(the server answered (.+?)\)\./, (url, status) => `${url} 不对所有人开放（服务器答复 ${status}）。${DOWNLOAD}`],
  [/^(.+?) cannot be had at the moment \(the server answered (.+?)\)\./, (url, status) => `${url} 暂时无法获取（服务器答复 ${status}）。${LATER}`],
  [/^(.+?) answered with damaged data\./, (url) => `${url} 返回的数据已损坏。${LATER}`],
  [/^(.+?) did not answer in time\./, (url) => `${url} 没有及时响应。${LATER}`],
  [/^(.+?) leads to an address that is not valid\./, (url) => `${url} 转到了无效的网址。${DOWNLOAD}`],
  [/^(.+?) redirects more than (\d+) times\./, (url, n) => `${url} 重定向超过 ${n} 次。${DOWNLOAD}`],
  [/^(.+?) took longer than (\d+) s to arrive\./, (url, s) => `${url} 的传输超过 ${s} 秒。${LATER}`],
  [/^The process that parses documents does not start\./, () => "解析文档的进程无法启动。请检查内存是否充足，searchapp 是否完整安装。"],
  [/^The process that worked on it ended (\d+) times/, (n) => `处理它的进程 ${n} 次中途结束。`],
  [/^There is no document (.+?) that could come back\./, () => "这个文档已无法恢复。如果还有原件，请重新添加。"],
  [/^There is no document /, () => "没有这个文档。它可能已被删除；请重新搜索。"],
  [/^The original of (.+?) is no longer where it was read from\./, (name) => `${name} 的原件已不在原处。请放回原处，或从新位置重新添加。`],
  [/^No copy of (.+?) is kept here any more\./, (name) => `这里已没有 ${name} 的副本。请重新添加，或阅读其文本。`],
  [/^The document has no passage /, () => "文档中已没有这个段落：它在此期间有改动。请重新搜索。"],
  [/^Many pages are being drawn now\./, () => "现在有很多页面正在生成。请稍候再试。"],
  // Of requests, by the server's doors.
  [/^There is nothing at (.+?)\.$/, (path) => `${path} 处没有内容。请从搜索页面开始。`],
  [/^This server answers only on this machine, not as (.+?)\.$/, (name) => `本服务器只在本机上响应，不以 ${name} 的名义响应。请用 http://localhost 加端口打开，或让它在其他地址上提供服务（SEARCHAPP_HOST）。`],
  [/^Another web site tried to act here\./, () => "另一个网站试图在这里进行操作。请在 searchapp 自己的页面上操作。"],
  [/^This asks for an API key or a login\./, () => "这里需要 API 密钥或登录。请发送 Authorization: Bearer 和 searchapp keys make 生成的密钥，或在 /login 登录。"],
  [/^This API key is wrong, revoked or expired\./, () => "这个 API 密钥有误、已撤销或已过期。请用 searchapp keys make 另建一个。"],
  [/^More than (\d+) requests came within a minute\./, (n) => `一分钟内的请求超过 ${n} 个。请稍候，并降低请求频率。`],
  [/^(.+?) may not do this: it takes the scope (.+?)\./, (who, scope) => `${who} 无权进行此操作：需要权限范围 ${scope}。请向 searchapp 的管理者申请有此权限的密钥或用户。`],
  [/^Too many wrong keys came from here\./, () => "从这里来的错误密钥过多。请等一分钟。"],
  [/^Too many wrong passwords\./, () => "密码错误次数过多。请等一分钟再试。"],
  [/^The request lacks the token that shows it comes from the page\./, () => "请求中没有证明它来自本页面的令牌。请刷新页面。程序请使用 API 密钥代替 Cookie。"],
  [/^The login form has expired\./, () => "登录表单已过期。请重新打开 /login；浏览器须允许 Cookie。"],
  [/^No OpenID Connect provider is set up\./, () => "没有设置 OpenID Connect 提供方。请用用户名和密码登录。"],
  [/^The OpenID Connect provider does not answer\./, () => "OpenID Connect 提供方没有响应。请重试；其地址由 SEARCHAPP_OIDC_ISSUER 指定。"],
  [/^The provider did not say who you are\./, () => "提供方没有说明您的身份。请重新登录。"],
  [/^The provider's answer does not hold\./, () => "提供方的答复无效。请在 /login 重新登录。"],
  [/^(\d+) answers are being written and (\d+) questions wait already\./, (n, m) => `正在书写 ${n} 个回答，已有 ${m} 个问题在等待。请稍候再提问；期间可以搜索。`],
  [/^(\d+) questions of yours are being answered or wait already\./, (n) => `您已有 ${n} 个问题正在回答或等待。请等其中一个结束。`],
  [/^The document is no longer what If-Match names\./, () => "文档已不是 If-Match 所指的内容。请重新获取，并确认更改是否仍然适用。"],
  [/^The queue is paused since (.+?) UTC: nothing new is read\./, (since) => `队列自 ${since}（UTC）起暂停，不再读取新文档。操作人员在运维页面或用 searchapp queue resume 恢复后继续。`],
  [/^There is no index yet, and so no queue\./, () => "还没有索引，因此没有队列。请先添加文档，或运行 searchapp es apply。"],
  [/^Something went wrong inside searchapp\./, () => "searchapp 内部出错。请重试；服务器日志有详细信息。"],
  [/^Elasticsearch does not answer at (.+?)\.(?: |$)/, (where) => `Elasticsearch（${where}）没有响应。请启动它，或设置 SEARCHAPP_ELASTICSEARCH_URL。`],
  [/^Elasticsearch at (.+?) did not answer within (\d+) seconds\./, (where, s) => `Elasticsearch（${where}）在 ${s} 秒内没有响应。请检查其负载和日志，然后重试。`],
  [/^The browser \(or proxy\) sent a request that this server could not understand\./, () => "浏览器（或代理）发来的请求无法理解。请从搜索页面开始；如仍出错，请清除本站的 Cookie。"],
  [/^The method is not allowed for the requested URL\./, () => "此网址不接受这种请求方法。请从搜索页面开始。"],
];

const CODES = {
  usage: "请求有误。",
  not_found: "没有找到。",
  unauthenticated: "需要登录。",
  forbidden: "没有权限。",
  source: "文件或网址无法读取。",
  changed: "内容已有改动，请刷新后重试。",
  too_many_requests: "请求过于频繁，请稍候再试。",
  overloaded: "服务器繁忙，请稍候再试。",
  service_unavailable: "所需的服务没有响应。",
  service_refused: "所需的服务拒绝了请求。",
  incompatible_server: "服务器版本不兼容。",
  model_unavailable: "模型不可用。",
  model_mismatch: "索引由另一个模型建立。",
  index_switched: "索引刚刚切换，请重新搜索。",
  storage: "无法写入：请检查磁盘空间和权限。",
  conflict: "另一项操作正在进行。",
  paused: "队列已暂停。",
  bad_request: "请求有误。",
  method_not_allowed: "此网址不接受这种请求方法。",
  request_entity_too_large: "上传内容过大。",
  internal: "searchapp 内部出错。请重试；服务器日志有详细信息。",
};

const HEADINGS = {
  400: "请求有误",
  401: "需要登录",
  403: "没有权限",
  404: "未找到",
  405: "不允许的请求方法",
  409: "与现状冲突",
  412: "内容已有改动",
  413: "上传内容过大",
  414: "网址过长",
  415: "不支持的类型",
  422: "无法处理",
  429: "请求过于频繁",
  500: "服务器内部错误",
  502: "所需的服务出错",
  503: "服务暂不可用",
  507: "存储空间不足",
};

// What an error page is headed with; undefined where the server's own words stay.
export const heading = (status) => (lang === "zh" ? HEADINGS[status] : undefined);

// A failure sentence, such as a document's `error`.
export function sentence(text) {
  if (lang !== "zh" || !text) return text;
  for (const [pattern, words] of SENTENCES) {
    const found = pattern.exec(text);
    if (found) return words(...found.slice(1));
  }
  return text;
}

// {message, remedy} of a problem: known wording, else the words for its code with the server's own below them.
export function told({ message = "", remedy = "", code = "" }) {
  if (lang !== "zh") return { message, remedy };
  const known = sentence(message);
  if (known !== message) return { message: known, remedy: "" };
  return CODES[code] ? { message: CODES[code], remedy: [message, remedy].filter(Boolean).join(" ") } : { message, remedy };
}
