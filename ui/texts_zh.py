"""The page's texts in Chinese (Simplified). Names and gaps are those of `texts`; what is missing here stays English."""

TITLE = "{shop} 助手"
SUBTITLE = "数据截至 {day}。回答均来自本店自己的数据。"

MESSAGE_LABEL = "您的消息"
MESSAGE_HINT = "询问商品、店规或您的订单（请用英语）"
SEND = "发送"
NEW_CONVERSATION = "新的对话"
CHAT_LABEL = "对话"
WELCOME = "您好！您在找什么？"
WELCOME_MORE = "我可以查找和比较商品、解释店规，并协助处理您的订单。助手目前用英语回答。"
CUSTOMER_EXAMPLES = (
    "有什么推荐？",
    "有没有 20 以下的商品？",
    "怎样退货？",
    "送货要多久？",
)

SIGN_IN = "以顾客身份试用"
SIGN_IN_WHY = "在真实的商店里，登录会说明顾客是谁。在这里，您可以用一位顾客的身份试用助手。"
CUSTOMER_ID = "顾客编号"
SIGN_IN_BUTTON = "试用"
SIGN_IN_EMPTY = "请输入顾客编号，例如订单上的编号。"
SIGN_IN_REMOTE = "凭编号试用只限于商店自己的电脑。"

HAND_OFF = "我想和工作人员说话"
HAND_OFF_BUTTON = "联系人工"
PICTURE = "以图搜索"
PICTURE_SENT = "哪些商品像我的图片 {name}？"
PICTURE_ALT = "您发送的图片"
PICTURE_LOST = "图片没有收到，请重新发送。"
PICTURE_TOO_LARGE = "图片太大，请发送不超过 10 MB 的图片。"
SPEAK_IN = "用语音代替输入"
SPEAK_STOP = "停止聆听"
SPEAK_WAIT = "正在识别您的语音"
SPEAK_AWAY = "暂时无法识别语音，请直接输入。"
SPEAK_OUT_AWAY = "暂时无法朗读。"
SPEAK_FAILED = "没有听到内容。请允许使用麦克风，或直接输入。"
SPEAK_OUT = "朗读"
RATE = "这个回答有帮助吗？"
RATE_UP = "有帮助"
RATE_DOWN = "没有帮助"
RATED = "谢谢，已记录。"
RATE_WHY = "哪里需要改进？"
PAGE_NAV = "本页"
SIGNED_IN_AS = "已登录：{name}"
LOADING = "请稍候，页面正在打开。"
OFFLINE = "连接暂时中断。已说过的内容都已保存，恢复后页面会自动继续。"
DISCLOSURE = "这是自动助手。这里的对话会由商店保存。"
ORDER = "订单 {order}"
ORDER_ITEMS = "{count} 件"
ORDER_ITEM = "1 件"
ORDER_MORE = "里面有什么？"
ORDER_MORE_LABEL = "订单 {order} 里有什么？"
ORDER_RETURN = "退货"
ORDER_RETURN_LABEL = "退回订单 {order} 中的商品"
PROPOSAL = "等待您确认"
PAGE_DESK = "店长工作台"
PAGE_CHAT = "顾客页面"
TRY_OUT = "正以顾客 {customer} 的身份试用。"
TRY_OUT_LEAVE = "退出试用"

CART = "购物车"
CART_OPEN = "打开购物车"
CART_CLOSE = "关闭购物车"
CART_ONE_LESS = "减少一件 {title}"
CART_ONE_MORE = "增加一件 {title}"
TOTAL = "合计"
CART_EMPTY = "购物车是空的。"
REMOVE = "移除 {title}"
ADD = "加入购物车"
ADD_LABEL = "把 {title} 加入购物车"
MORE_LIKE = "类似商品"
MORE_LIKE_LABEL = "与 {title} 类似的商品"
MORE_LIKE_QUESTION = "Show me something similar to {title}"
IN_STOCK = "有货"
OUT_OF_STOCK = "缺货"
NO_PRICE = "价格面议"
PRODUCTS_MORE = "共 {total} 件商品，显示前 {shown} 件"

YES = "是的，请办理"
NO = "不，保持原样"
ANSWERED_ALREADY = "这已经答复过了，没有重复办理。"
CONFIRM_LABEL = "确认"
SUGGESTIONS_LABEL = "建议的问题"

YOU = "您"
ASSISTANT = "助手"
THINKING = "正在思考"
BUSY = "请稍等：您的上一条消息还在回答中。"
BROKEN = "程序出错了，详情已写入日志。请再试一次。"
PLACE_IN_LINE = "现在询问的人很多：您排在第 {place} 位"
CROWDED = "现在询问的人非常多，请几秒钟后再试。"
KEY_REUSED = "每条消息应有自己的键；另一条消息已用过这个键。"
EXPIRED = "这段对话已经太久，无法继续。请开始新的对话。"
HANDED_OFF = "已转给商店的工作人员"
UNGROUNDED = "未得到商店数据证实：{what}"

QUESTION_LABEL = "您的问题"
QUESTION_HINT = "询问销售、库存、顾客、价格或评价（请用英语）"
ASK = "提问"
DESK_EMPTY = "请用自己的话提问（英语），或从下面任选一个开始。"
MORE_EXAMPLES = "还可以问"
DESK_TODAY = "今天"
DESK_WAITING = "等待"
DESK_WAITING_COUNT = "等待（{count}）"
DESK_IMPORT = "导入"
DESK_CONTROL = "检查"
BRIEFING = "今晨简报"
BRIEFING_WAIT = "正在查看商店……"
BRIEFING_TOPICS = {
    "sales": "上周销售",
    "trends": "最近四周",
    "coming": "未来四周",
    "stock": "即将缺货",
    "leaving": "即将流失",
    "prices": "需要定价",
}
BRIEFING_NOT_HERE = "本店暂时没有"
SHOW = "查看"
SHOW_LABEL = "查看：{question}"
MORE = "更多"
DEARER = "更贵"
CHEAPER = "更便宜"
LESS = "更少"
SALES_AGAINST = "比前一周（{before}）{direction} {change}"
SALES_ALONE = "销售额，已扣除取消和退货"
TRENDS_AGAINST = "销售额比之前四周{direction}。{movers}"
TRENDS_MOVERS = "上升的商品：{rising}，下降的商品：{falling}"
TRENDS_STEADY = "没有商品的变化超出偶然"
COMING_RANGE = "预期销售额；大致在 {low} 到 {high} 之间"
STOCK_OUT = "共检查 {checked} 项库存，其中 {out} 项缺货。最紧急：{first}"
LEAVING_WORTH = "涉及最有价值、最近沉默的 {count} 位常客。首位：{first}"
PRICES_DEARER = "在比较的 {compared} 件商品中，本店比最便宜的竞争对手贵；一般 {typical}"
BRIEFING_WAITING = "等待中的顾客"
BRIEFING_WAITING_ONE = "位顾客等待工作人员答复"
BRIEFING_WAITING_MANY = "位顾客等待工作人员答复"
PIN = "固定到我的看板"
PINNED = "已固定到您的看板。"
UNPIN = "取下"
UNPIN_LABEL = "从看板取下：{question}"
NO_PIN = "这个回答没有可以固定的内容。"
BOARD = "我的看板"
BOARD_EMPTY = "固定一个回答，以后每次打开工作台它都在这里，并用最新数据重新计算。"
BOARD_AS_OF = "截至 {day}"
BOARD_PINNED = "固定于 {day}"
EARLIER = "本次对话中更早的内容"
DOWNLOAD = "下载 CSV"
TABLE_LABEL = "表格：{what}"
CHART_LABEL = "图表：{what}"
ROWS = "{count} 行"
ONE_ROW = "1 行"
FIRST_ROWS = "共 {total} 行，显示前 {shown} 行"

ASSUMPTIONS = "假设"
CALL = "工具调用"
COMPUTED = "这是怎样算出来的？"
METHOD = "方法"
SCORE = "回测"
FIGURES = "数字"
NOTES = "请注意"
CALLS = "{count} 次工具调用"
ONE_CALL = "1 次工具调用"
NO_CALLS = "不需要工具"
NO_ARGUMENTS = "无参数"
SECONDS = "{seconds} 秒"
TIMING = "{model} · {total} 秒，{first} 秒后出现首字 · {prompt} + {completion} 个词元"
NO_MODEL = "不需要语言模型"
STATUS = {
    "ok": "完成",
    "needs_confirmation": "等待您确认",
    "refused": "已拒绝",
    "error": "无法完成",
}

LOCKED = "店长工作台包含商店的数据，请以店长身份登录。"
SIGN_IN_LINK = "登录"
SIGN_IN_TITLE = "登录"
SIGN_IN_NAME = "姓名或电子邮箱"
SIGN_IN_PASSWORD = "密码"
SIGN_IN_ENTER = "登录"
SIGN_IN_WRONG = "姓名与密码不符，请再试一次。"
SIGN_IN_BACK = "返回助手"
SIGN_IN_DONE = "您已登录：{name}。"
SIGN_IN_AGAIN = "登录已过期，请重新登录。"
SIGN_OUT = "退出登录"
TOO_MANY_TRIES = "尝试次数过多，请等待 {seconds} 秒。"
CLOSED = (
    "店长工作台在这里是关闭的：其他电脑可以访问本页，而还没有可以登录的店长。"
    "请用 `retail-assistant user add NAME --manager` 添加一位，或设置环境变量 {variable}，然后重新启动页面。"
)

STARTING = "正在加载 {shop} 的模型……"
NOT_READY = "页面可以打开，但有一部分尚未就绪：{failure}"
MANAGER_CLOSED = (
    "页面在 {host} 上监听，因此需要一位可以登录的店长；目前没有，店长工作台保持关闭。"
    "请用 `retail-assistant user add NAME --manager` 添加一位，"
    "或设置 {variable} 后重新启动；也可以只在 127.0.0.1 上提供服务。"
)
PORT_TAKEN = "{host} 的端口 {port} 应当空闲，但无法使用。请指定另一个：--port {other}。"
SERVING = "{shop} 的页面地址：{url}（按 Ctrl+C 停止）。"

# The assistant understands English: questions that a button asks stay as they are.
DESK_EXAMPLES = (
    "How much did we sell last month?",
    "Top 10 products last month",
    "Plan today's deliveries",
    "What do reviews complain about?",
)
DESK_MORE_EXAMPLES = (
    ("销售", ("Revenue by store this year", "How much did we take yesterday?", "What is rising and what is falling?")),
    ("库存", ("What should we reorder?", "Which stock should be moved between the stores?")),
    ("顾客", ("Show our customer groups", "Plan a win-back offer", "Which 10 customers are we about to lose?")),
    ("价格", ("How do our prices compare with the competitors'?", "Which offer would pay best?")),
    ("展望", ("What will we sell in the next four weeks?", "How good is the forecast model?")),
)
QUEUE_TITLE = "等待工作人员的顾客"
QUEUE_EMPTY = "没有人在等待。助手转交给工作人员的对话会出现在这里。"
QUEUE_CUSTOMER = "顾客 {customer}"
QUEUE_UNKNOWN = "身份未确认的访客"
QUEUE_STAFF = "一位同事"
QUEUE_SINCE = "自 {time} 起等待"
QUEUE_SAID = "对话内容"
QUEUE_SETTLE = "已处理"
QUEUE_SETTLE_LABEL = "已处理：{who}"
QUEUE_SETTLED = "已从等待名单中移除。"
QUEUE_PROFILE = "这是谁？"
QUEUE_PROFILE_QUESTION = "Tell me about customer {customer}"
QUEUE_DONE = "以前处理的（{count}）"
QUEUE_DONE_LINE = "{who}：{reason}（{time} 由 {by} 处理）"
CHANGES_TITLE = "顾客已确认的变更"
CHANGES_EMPTY = "没有等待执行的变更。"
CHANGES_SENT = "这些变更会自动发送到 {url}，直到对方接收为止。"
CHANGES_BY_HAND = "请在商店自己的系统中执行，然后在这里勾销。"
CHANGES_COLUMNS = ("时间", "变更", "订单", "顾客", "详情")
CHANGES_DONE = "已执行"
CHANGES_DONE_LABEL = "已执行：{what}"
CHANGES_TICKED = "已勾销。"
GONE_ALREADY = "这一项已经处理过了。"
TIME = "{day} {time} UTC"
IMPORT_TITLE = "把文件导入商店"
IMPORT_HOW = (
    "选择收银机或商店系统导出的文件：Excel、CSV 或 parquet。在任何改动之前，您会先看到它将带来什么；"
    "每一行被排除的数据都会列出原因。"
)
UPLOAD = "选择文件"
UPLOAD_SENDING = "正在发送文件"
UPLOAD_BROKEN = "文件没有完整送达，请重新选择。"
UPLOAD_TOO_LARGE = "文件超过 {most}。请拆分文件，或在商店的电脑上使用 `retail-assistant ingest`。"
UPLOAD_NO_SPACE = "商店的电脑没有足够的空间。请先腾出空间，再重新选择文件。"
UPLOAD_GONE = "文件已不在这里，请重新选择。"
PREVIEW = "{name}：{rows} 行，{columns} 列。前几行："
PREVIEW_MALFORMED = "列数与表头不符、将被排除的行数：{count}"
WHAT_IS_IT = "文件里是什么？"
TABLES = {
    "sales": "销售：小票或订单的每一行",
    "products": "商品",
    "customers": "顾客",
    "stores": "门店",
    "inventory": "库存",
    "suppliers": "供应商",
    "promotions": "促销",
    "reviews": "评价",
    "competitor_prices": "竞争对手的价格",
    "price_changes": "价格变动",
    "stock_counts": "以往的盘点",
    "stock_outs": "缺货时段",
    "postcodes": "邮编的位置",
    "delivery_windows": "送货时间段",
}
FIELDS = {
    "order_id": "订单号或小票号",
    "product_id": "商品编号",
    "quantity": "数量",
    "unit_price": "单价",
    "line_total": "整行金额",
    "sold_at": "日期",
    "time of day": "时间（若单独成列）",
    "title": "商品名称",
    "category": "类别",
    "customer_id": "顾客编号",
    "store_id": "门店",
    "country": "国家",
    "on_hand": "现有库存",
    "cost": "成本价",
    "price": "价格",
}
NEEDED = "{field}（必需）"
NO_COLUMN = "文件里没有"
MORE_FIELDS = "更多列"
DATE_FORMAT = "日期的写法（留空则自动判断）"
DATE_FORMAT_HINT = "%d/%m/%Y"
DECIMAL = "小数点写作"
POINT = "点：1.50"
COMMA = "逗号：1,50"
TRY = "试一试：会导入什么？"
TRIED = "共 {read} 行，将导入 {kept} 行，排除 {rejected} 行。目前尚未改动任何内容。"
IMPORTED = "已导入：共 {read} 行，保留 {kept} 行，排除 {rejected} 行。"
RULES = "排除的原因"
RULE_COLUMNS = ("原因", "行数")
REJECTED = "被排除的行"
REJECTED_COLUMNS = ("行", "原因", "内容")
HELD = "商店现在的数据"
HELD_TRIED = "导入后商店的数据"
HELD_COLUMNS = ("内容", "行数")
SAVE_MAP = "保存这个对应表（map.toml）"
IMPORT = "导入文件"
IMPORT_ROWS = "导入 {count} 行"
IMPORTING = "正在导入 {name}"
FIT = "用新的数据重新训练模型"
FIT_WHY = "销售数字立即更新。预测、流失、价格和搜索要在模型重新训练之后才会更新。"
FITTING = "正在训练模型"
FITTED = "模型已用新的数据重新训练。"
MODELS_TITLE = "模型有多准"
MODELS_NONE = "还没有评估过任何模型。"
MODEL_SCORE = "{measure} {score}"
AUDIT_TITLE = "审计记录"
AUDIT_WHY = "每一次调用，无论允许还是拒绝，最新的在最前。记录只能增加，不能修改。"
AUDIT_WHICH = "哪些记录"
AUDIT_ALL = "全部"
AUDIT_DENIED = "仅被拒绝的"
AUDIT_CUSTOMER = "某位顾客（编号）"
AUDIT_NONE = "没有这样的记录。"
AUDIT_COLUMNS = ("时间（UTC）", "角色", "顾客", "对话", "调用", "参数", "状态")
AUDIT_SHOW = "显示记录"
