"""The page's texts in Chinese (Simplified). Names and gaps are those of `texts`; what is missing here stays English."""

TITLE = "{shop} 助手"
SUBTITLE = "数据截至 {day}。回答均来自本店自己的数据。"

CUSTOMER_TAB = "顾客"
MANAGER_TAB = "店长"
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
SPEAK_FAILED = "没有听到内容。请允许使用麦克风，或直接输入。"
SPEAK_OUT = "朗读"
RATE = "这个回答有帮助吗？"
RATE_UP = "有帮助"
RATE_DOWN = "没有帮助"
RATED = "谢谢，已记录。"
RATE_WHY = "哪里需要改进？"
RATE_SEND = "提交"
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
EXPIRED = "这段对话已经太久，无法继续。请开始新的对话。"
HANDED_OFF = "已转给商店的工作人员"
UNGROUNDED = "未得到商店数据证实：{what}"

QUESTION_LABEL = "您的问题"
QUESTION_HINT = "询问销售、库存、顾客、价格或评价（请用英语）"
ASK = "提问"
DESK_EMPTY = "请用自己的话提问（英语），或从下面任选一个开始。"
DESK_EXAMPLES = (
    "上个月卖了多少？",
    "未来四周会卖多少？",
    "哪些商品快没货了？",
    "哪 10 位顾客快要流失？",
    "什么在上升，什么在下降？",
    "评价里抱怨什么？",
)
EARLIER = "本次对话中更早的内容"
DOWNLOAD = "下载 CSV"
TABLE_LABEL = "表格：{what}"
CHART_LABEL = "图表：{what}"
ROWS = "{count} 行"
ONE_ROW = "1 行"
FIRST_ROWS = "共 {total} 行，显示前 {shown} 行"

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
