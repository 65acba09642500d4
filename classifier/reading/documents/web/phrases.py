"""The set phrases around articles on Chinese news sites: what they start, end and mark."""

from __future__ import annotations

from classifier.reading.patterns import pattern

STOP = pattern(
    r"^[\s【\[《>》·•■◆▍|#]*(?:相关|延伸|推荐|热门|热点|精彩|更多|最新|编辑|猜你|为[您你]|大家|新闻|往期|今日|点击|往日|本周|网友|全部|"
    r"用户|我要|发表|参与|跟帖|热评|精选|文章|图文|独家|小编|特别|频道|视频|头条)[\s·]*"
    r"(?:(?:阅读|新闻|链接|推荐|文章|报道|专题|搜索|资讯|评论|话题|内容|推荐阅读|喜欢|都在看|在看|回顾|排行|排行榜|跟贴|跟帖|留言|"
    r"稿件|信息|标签|关键词|视频|图片|热点|精彩|点击|荐读|看点|导读))+[\s:：】\]》>()（）\d条+·更多|]*$"
    r"|^[\s【\[]*(?:评论|留言|跟帖|跟贴|声明|免责声明|版权声明|特别声明|相关|推荐|关键词|标签|分享到?|分享至)[\s:：】\]()（）\d条]*$"
    r"|^[\s【\[]*(?:上一篇|下一篇|上一条|下一条|上篇|下篇)"
)
"""A short line after which nothing is the article's."""

BUTTON = pattern(r"^[\s【\[]*(?:分享|评论|留言)[到至]?[\s:：】\]]*$")
"""What of these may be a button in the midst of an article, too."""

CONTROL = pattern(
    r"^[\s【\[（(<>《|·]*(?:回复|赞|顶|踩|举报|点赞|分享|收藏|打印|关闭|字号|字体|大号|小号|复制|展开|收起|全文|登录|注册|发布|"
    r"评论|我要评论|条评论|返回|首页|上一页|下一页|阅读全文|查看|加载|更多|订阅|关注|扫一扫|微信|微博|QQ|朋友圈|点击|播放|"
    r"当前位置|您的位置|您现在的位置|您当前|现在位置|正文|所在位置|浏览|阅读|来源|发布时间|时间|日期|作者|责任编辑|\d+\s*(?:条|楼|赞|人|评论|回复|分钟|小时|天))"
)
"""A short line that is a button, a counter or a signpost."""

CREDIT = pattern(
    r"^[\s（(【\[／/|]*(?:责任编辑|责编|编辑|编审|主编|校对|审核|审校|监制|统筹|值班|一审|二审|三审|初审|复审|终审|签发|审签|制作|"
    r"来源|文章来源|稿件来源|稿源|信息来源|图片来源|资料来源|本文来源|本文转自|转自|摘自|原标题|原题为|原文标题|关键词|标签|发布时间|"
    r"发布日期|作者|编译|策划|出品|排版|美编|设计|供稿单位|供稿|审稿|本文编辑|新媒体编辑|微信编辑|网络编辑|值班编辑|值班主任|本期编辑)"
    r"[^。！？]{0,3}[:：丨|/／ \u3000]"
    r"|^[\s（(【\[]*(?:责任编辑|责编|编辑)(?!部)[^，。]{1,20}[）)】\]]?$"
    r"|^[（(]?原(?:标题|题)为?[:：《]"
    r"|^《[^》]{2,12}》\s*[（(]\s*\d{4}\s*年[^）)]{4,20}版\s*[）)]$"
)
"""A line of who edited, where it comes from, what it was called."""

NOTICE = pattern(
    r"版权(?:声明|归|所有|属于)|免责声明|郑重声明|特别声明|风险提示[:：]|未经(?:授权|许可|允许|书面|本[网站报])|不得转载|请勿转载|"
    r"转载请(?:注明|联系|标明)|转载须|违者必究|不代表本|仅代表(?:作者|个人|其)|仅供(?:参考|读者)|不构成投资|据此操作|"
    r"扫(?:描|一扫|码)[^。]{0,12}二维码|二维码[^。]{0,14}(?:关注|下载|添加)|(?:关注|添加)[^。]{0,20}(?:微信公众号|公众号|官方微[信博])|"
    r"(?:下载|安装)[^。]{0,16}(?:客户端|APP|App|app)|(?:客户端|APP|App)[^。]{0,6}下载|ICP[备证]|公网安备|经营许可证|许可证(?:编号|号)?[:：]|"
    r"举报(?:电话|邮箱|热线)|(?:投稿|联系|客服|新闻热线|爆料)(?:邮箱|电话|热线)?[:：]\s*[\w@.-]{6,}|本平台仅|信息存储服务|"
    r"更多(?:猛料|精彩|原创|资讯|内容)[^。]{0,20}(?:请|欢迎|尽在|关注|点击|下载)|如有侵权|侵权(?:必究|请联系)|请(?:及时)?与(?:我们|本[网站])联系|"
    r"网友评论仅供|文明上网|登录后(?:发表|才能)|请支持独立网站|Copyright|copyright|COPYRIGHT|All [Rr]ights|©",
)
"""Words of a notice: rights, disclaimers, invitations to follow, download and scan."""

SUMMARY = pattern(r"^[【\[]?(?:摘要|提要|内容提要|内容摘要|核心提示|导读|导语)[】\]]?[:：\s]*")
"""How a summary above the text begins."""

WHEN = pattern(
    r"(?:19|20)\d{2}\s*(?:[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*(?:\d{1,2}[:：时]\d{2}|[|丨]|来源|作者|浏览|阅读|点击|编辑)"
)
"""A date as a page prints it under the headline: with a clock or what else stands there."""

WHENCE = pattern(
    r"(?:^|[\s|丨])(?:来源|稿源|作者|发布(?:时间|日期|者|单位|人)|更新时间|浏览(?:次数|量)?|阅读(?:次数|量)?|点击(?:次数|量|率)?|字号|字体|访问量|信息来源)\s*[:：【\[（(]"
)
"""What else stands under the headline."""

NOTICE_START = pattern(
    r"^[\s【\[（(*·>•■◆]*(?:(?:主办|承办|协办|主管|运行维护|技术支持)(?:单位)?[:：]|网站标识码|(?:版权|免责|郑重|特别|严正)?声明[:：】\]]|免责声明|版权声明|版权所有|更多(?:猛料|精彩|原创|资讯|内容)[^。]{0,20}(?:请|欢迎|尽在|关注|点击|下载)|"
    r"(?:欢迎|请)?(?:扫描|扫一扫|扫码|长按|识别)[^。]{0,10}二维码|(?:欢迎|请)?关注[^。]{0,20}(?:微信|公众号|微博|客户端)|(?:下载|安装|打开)[^。]{0,16}(?:客户端|APP|App|app)|"
    r"未经[^。]{0,10}(?:授权|许可|允许)|转载请|本文(?:系|为)[^。]{0,20}(?:独家|原创|授权)|Copyright|©|返回[^。]{0,12}首页)"
)
"""How a notice begins; such a line is no paragraph wherever it stands."""

REACTION = pattern(r"^[\s\d(（·|]*(?:回复|赞|顶|踩|举报|点赞|支持|反对|[0-9]+\s*(?:楼|赞|回复|分钟前|小时前|天前))")
"""What stands under each comment of a reader."""

RIGHTS = pattern(
    r"版权声明|免责声明|特别声明|版权(?:归[^。]{0,16}所有|所有|属于)|未经[^。]{0,12}(?:授权|许可|允许|同意)[^。]{0,16}(?:转载|使用|复制)|不得转载|请勿转载|"
    r"转载请(?:注明|联系|标明)|转载须|违者必究|不代表本|仅代表(?:作者|其)|据此操作|不构成投资|信息存储服务|如有侵权|侵权必究|ICP[备证]|公网安备|"
    r"网友评论仅供|请支持独立网站|Copyright|copyright|COPYRIGHT|All [Rr]ights|©"
)
"""Who may copy a text and who answers for it: at an article's end this is no part of it, however long."""

NO_PAGE = pattern(
    r"(?:页面|网页|内容|文章|链接|信息|稿件)[^，。]{0,8}(?:不存在|已?被?删除|已下线|已失效|走丢|找不到|无法(?:访问|显示|打开)|已过期)|找不到[^，。]{0,6}(?:页面|网页)|"
    r"(?:自动|正在)(?:跳转|为您跳转)|秒后[^，。]{0,8}(?:跳转|返回)|浏览器(?:版本过低|不支持)|(?:升级|更换)[^，。]{0,8}浏览器|(?:启用|开启|打开)\s*(?:JavaScript|脚本)|"
    r"请(?:先|您)?登录|输入验证码|完成验证|访问(?:过于|太)频繁|4 ?0 ?4"
)
"""What a site says where there is no article: gone, moved, behind a door."""

_TRADITIONAL = str.maketrans(
    "關聞閱讀鏈結薦熱門點擊編輯責來發佈時間標題權聲轉載請註冊錄評論訪問瀏覽復製貼網頁圖體專題搜尋資訊為您喜歡話內容複審監製總視頻條記帳號",
    "关闻阅读链结荐热门点击编辑责来发布时间标题权声转载请注册录评论访问浏览复制贴网页图体专题搜寻资讯为您喜欢话内容复审监制总视频条记帐号",
)
_SIGNS_OF_IT = "關閱編責來發標權轉評論網為記"


def is_traditional(markup: str) -> bool:
    """Whether a page holds traditional characters that its set phrases may be written in."""
    return any(sign in markup for sign in _SIGNS_OF_IT)


def simplify(text: str) -> str:
    """The words of these phrases in simplified characters; others stay as they are."""
    return text.translate(_TRADITIONAL)
