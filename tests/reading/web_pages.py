"""Web pages as Chinese news sites build them, made up around one article."""

# ruff: noqa: E501

from __future__ import annotations

import html
import json
from collections.abc import Callable, Sequence

TITLE = "青石县三万亩春小麦开播"
DATE = "2026-03-18"
PARAGRAPHS = (
    "本报讯（记者 何文清）3月17日，记者在青石县柳湾镇看到，一台台播种机在田间来回作业，三万亩春小麦正在抢墒播种。",
    "“今年墒情好，比去年早播了五天。”种粮大户马德福说，他家的两百亩地三天就能播完。",
    "为了不误农时，县农业农村局抽调六十名技术员下到村里，帮助农户选种、调试农机，并送去化肥四千吨。",
    "据了解，青石县今年计划播种粮食四十二万亩，其中春小麦三万亩，预计四月上旬全部播完。",
)
SHORT = ("3月17日，青石县文化馆举办剪纸展，展出作品一百二十件。", "展览将持续到四月底，市民可免费参观。")

HEADLINES = (
    "市民中心新大楼下月启用", "中学生篮球联赛今晚决出冠军", "老影院改造后重新开门迎客", "高速公路扩建段年底通车",
    "全县安全生产大检查启动", "万人健步走活动周末举行", "博物馆新展讲述丝路往事", "景区推出八条春游线路",
    "医院新院区开诊首日见闻", "草莓大棚里的致富经",
)  # fmt: skip
MENU = ["首页", "时政", "经济", "社会", "文化", "体育", "教育", "健康", "旅游", "视频", "图片", "专题", "评论", "县区"]


def links(words: Sequence[str], tag: str = "li") -> str:
    return "".join(f'<{tag}><a href="/{i}.html">{w}</a></{tag}>' for i, w in enumerate(words))


def wrapped(paragraphs: Sequence[str], tag: str = "p") -> str:
    return "".join(f"<{tag}>　　{p}</{tag}>\n" for p in paragraphs)


def document(body: str, *, title: str = f"{TITLE}_青石新闻网", head: str = "", charset: str = "utf-8") -> str:
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="{charset}">{head}<title>{title}</title>'
        "<style>.a{color:red}</style><script>var a = '<p>这是脚本里的一句话，不是正文。</p>';</script></head>"
        f"<body>{body}</body></html>"
    )


NAV = f'<div class="nav"><ul>{links(MENU)}</ul></div>'
RELATED = f'<div class="xgyd"><h3>相关阅读</h3><ul>{links(HEADLINES)}</ul></div>'
RANKING = f'<div class="right"><h2>24小时点击排行</h2><ol>{links(HEADLINES)}</ol></div>'
SHARE = '<div class="box">分享到：<a href="#">微信</a> <a href="#">微博</a> <span>打印</span> <span>字号 大 中 小</span></div>'
FOOT = "<div class=bottom><p>版权所有 青石新闻网 未经授权不得转载</p><p>青ICP备12345678号-1 违法和不良信息举报电话：0900-1234567</p></div>"


def commercial(paragraphs: Sequence[str]) -> str:
    """A large site: bars above, credits and a disclaimer below, a ranking beside."""
    return document(
        f'{NAV}<div class="wrap"><h1 class="main-title">{TITLE}</h1><div class="top-bar"><span class="date">'
        f"2026年03月18日 08:15</span> <a href='/s'>青石日报</a></div>{SHARE}<div class='article' id='artibody'>"
        f"{wrapped(paragraphs)}<p>责任编辑：周晓岚</p><p>更多猛料！欢迎扫描左方二维码关注青石新闻官方微信</p></div>"
        f"<div class='article-bottom'><p>关键字 : <a href='/k'>小麦</a></p><p>声明：本网转载此文出于传递更多信息之目的，不代表本网观点。</p></div>"
        f"{RELATED}</div>{RANKING}{FOOT}",
        title=f"{TITLE}|小麦_青石新闻_青石网",
    )


def tables(paragraphs: Sequence[str]) -> str:
    """A page of the first years of the web: tables, fonts, line breaks, upper-case tags."""
    body = "<BR><BR>".join(f"　　{p}" for p in paragraphs)
    menu = "".join(f"<TD><A HREF=/{i}>{w}</A></TD>" for i, w in enumerate(MENU))
    return (
        f"<HTML><HEAD><META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=gb2312'><TITLE>青石新闻网--{TITLE}</TITLE></HEAD>"
        f"<BODY BGCOLOR=white><TABLE><TR>{menu}</TR></TABLE><TABLE><TR><TD WIDTH=600><CENTER><FONT SIZE=5><B>{TITLE}</B></FONT></CENTER>"
        f"<CENTER>2026-03-18 来源：青石日报 作者：何文清</CENTER><HR><FONT SIZE=3>{body}</FONT><BR><BR>"
        f"【<A HREF=#>打印本页</A>】【<A HREF=#>关闭窗口</A>】</TD><TD>{links(HEADLINES, 'P')}</TD></TR></TABLE>"
        "<CENTER>Copyright 2001-2026 青石新闻网 版权所有</CENTER></BODY></HTML>"
    )


def county(paragraphs: Sequence[str]) -> str:
    """A county's site: spans of an office program inside the system's editor, no h1, its name alone in the title."""
    spans = "".join(
        f'<p class="MsoNormal"><span><font face="仿宋"><span>　　{p}</span></font></span></p>' for p in paragraphs
    )
    return document(
        f"<div class='head'><ul>{links(MENU)}</ul></div><div class='dqwz'>您当前的位置：<a href='/'>首页</a> &gt; <a href='/n'>要闻</a></div>"
        f"<div class='bt'>{TITLE}</div><div class='ly'>发布时间：2026-03-18 09:30　来源：青石县融媒体中心　浏览次数：<span>128</span>次</div>"
        f"<div class='TRS_Editor'><style>.TRS_Editor P{{}}</style>{spans}</div><div class='bj'>编辑：李雪</div>"
        f"<div>上一篇：<a href='/1'>{HEADLINES[0]}</a></div><div>下一篇：<a href='/2'>{HEADLINES[1]}</a></div>{FOOT}",
        title="青石县人民政府门户网站",
    )


def bare_breaks(paragraphs: Sequence[str]) -> str:
    """The text stands in a div, its paragraphs set apart by line breaks only."""
    return document(
        f"{NAV}<h2>{TITLE}</h2><div id=info>2026-03-18 10:00:00 青石日报</div><div class=con><font>{'<br/>'.join(paragraphs)}</font></div>{RELATED}{FOOT}"
    )


def indented_only(paragraphs: Sequence[str]) -> str:
    """One div without any tag inside: two wide blanks start each paragraph."""
    return document(
        f"{NAV}<h1>{TITLE}</h1><p>2026-03-18 10:00</p><div class=con>　　{'　　'.join(paragraphs)}</div>{RELATED}{FOOT}"
    )


def preformatted(paragraphs: Sequence[str]) -> str:
    return document(f"{NAV}<h1>{TITLE}</h1><p>2026-03-18 10:00</p><pre>{chr(10).join(paragraphs)}</pre>{RELATED}{FOOT}")


def comments(paragraphs: Sequence[str]) -> str:
    """Readers' comments, longer than the article, under no telling name."""
    said = "".join(
        f"<div class=u><a href=/u{i}>网友{i}号</a></div><div class=t>我老家也种春小麦，今年雨水不错，希望能有好收成，大家都多打粮食。第{i}年了。</div>"
        f"<div class=b><span>回复</span><span>赞({i})</span><span>{i}小时前</span></div>"
        for i in range(60)
    )
    return document(
        f"{NAV}<h1>{TITLE}</h1><div>2026-03-18 08:15 青石日报</div><div class=m>{wrapped(paragraphs)}</div><div class=p><h3>网友评论</h3>{said}</div>{FOOT}"
    )


def interrupted(paragraphs: Sequence[str]) -> str:
    """A picture with its line, an advertisement and a box of links stand between the paragraphs."""
    half = len(paragraphs) // 2
    box = f"<div class='ad-box'><a href='/ad'>春季家电大促销全场五折起</a></div><ul>{links(HEADLINES[:4])}</ul>"
    return document(
        f"{NAV}<h1>{TITLE}</h1><div>2026-03-18 08:15 青石日报</div><div class=content>{wrapped(paragraphs[:half])}{box}"
        f"{wrapped(paragraphs[half:])}</div>{RELATED}{FOOT}"
    )


def closed_early(paragraphs: Sequence[str]) -> str:
    """</html> stands before the article, as where an included file is a whole page."""
    return document(
        f"{NAV}</body></html><div><h1>{TITLE}</h1><div>2026-03-18 08:15 青石日报</div>{wrapped(paragraphs)}</div>{FOOT}"
    )


def shown_later(paragraphs: Sequence[str]) -> str:
    """A post of a messaging service: nothing visible until a script runs, the day only in a script, in seconds."""
    return document(
        f"<div id='js_article'><h1 class='rich_media_title'>{TITLE}</h1><div><span>青石发布</span> <em id='publish_time'></em></div>"
        f"<div class='rich_media_content' id='js_content' style='visibility: hidden;'><section><section>{wrapped(paragraphs)}</section></section></div></div>"
        f"<div id='qr'><p>微信扫一扫关注该公众号</p></div><script>var ct = '1773806400';</script>",
        title="",
        head=f'<meta property="og:title" content="{TITLE}">',
    )


def open_anchor(paragraphs: Sequence[str]) -> str:
    """A place to jump to is never closed; what follows it is no link."""
    return document(
        f"{NAV}<h1>{TITLE}</h1><p>2026-03-18 10:00</p><div class=con><a name=top>{wrapped(paragraphs)}</div>{RELATED}{FOOT}"
    )


def traditional_notes(paragraphs: Sequence[str]) -> str:
    """What stands around the article is in traditional characters."""
    return document(
        f"{NAV}<h1>{TITLE}</h1><p>發佈時間：2026-03-18 10:00</p><div class=con>{wrapped(paragraphs)}<p>責任編輯：周曉嵐</p>"
        f"<p>版權聲明：未經許可，不得轉載。</p><p>延伸閱讀</p>{links(HEADLINES, 'p')}</div>{FOOT}"
    )


def linked_data(paragraphs: Sequence[str]) -> str:
    """An empty page whose article stands in JSON-LD."""
    data = {
        "@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-03-18T08:15:00+08:00", "articleBody": "\n".join(paragraphs),
    }  # fmt: skip
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    return document(f"{NAV}<div id=app></div>{RELATED}{FOOT}", head=script)


def next_data(paragraphs: Sequence[str]) -> str:
    """An empty page whose article stands, as markup, in the data of the script that builds it."""
    page = {"props": {"detail": {"title": TITLE, "publishTime": "2026-03-18 08:15", "content": wrapped(paragraphs)}}}
    data = json.dumps(page, ensure_ascii=False).replace("</", "<\\/")
    return document(
        f"{NAV}<div id=__next></div><script id='__NEXT_DATA__' type='application/json'>{data}</script>{FOOT}"
    )


def in_textarea(paragraphs: Sequence[str]) -> str:
    """The article waits in a text area until a script puts it on the page."""
    return document(
        f"{NAV}<h1>{TITLE}</h1><p class=time>2026-03-18 10:00</p><textarea class='article-content'>{html.escape(wrapped(paragraphs))}</textarea>{RELATED}{FOOT}"
    )


LAYOUTS: tuple[Callable[[Sequence[str]], str], ...] = (
    commercial, tables, county, bare_breaks, indented_only, preformatted, comments, interrupted, closed_early, shown_later,
    open_anchor, traditional_notes, linked_data, next_data, in_textarea,
)  # fmt: skip


def built_by_script() -> str:
    return document(f"{NAV}<h1>{TITLE}</h1><div id=app></div>{RELATED}{FOOT}")


def framed() -> str:
    return document(
        f"{NAV}<noscript>您的浏览器不支持脚本，请打开脚本后再看。</noscript><iframe src=a.html></iframe>{RELATED}{FOOT}"
    )


def list_of_links() -> str:
    return document(f"{NAV}<div class=list><ul>{links(HEADLINES)}</ul></div>{FOOT}", title="要闻_青石新闻网")


def list_with_summaries() -> str:
    items = "".join(
        f"<div class=item><h3><a href=/{i}>{h}</a></h3><p>{h}，记者昨日从有关部门获悉，相关准备工作已经就绪，详情请看报道。</p><span>2026-03-{10 + i}</span></div>"
        for i, h in enumerate(HEADLINES)
    )
    return document(f"{NAV}<div class=list>{items}</div>{FOOT}", title="要闻_青石新闻网")


def front_page() -> str:
    boxes = "".join(
        f"<div class=c{i}><h2>{m}</h2><ul>{links(HEADLINES[i % 3 :])}</ul></div>" for i, m in enumerate(MENU)
    )
    return document(f"{NAV}{boxes}<div>{links(MENU, 'span')}</div>{FOOT}", title="青石新闻网_青石县第一门户网站")


def round_up() -> str:
    """Briefs whose heads are links, under a headline: an article, though it looks like a list."""
    items = "".join(
        f"<p><a href=/{i}>{h}</a></p><p>{h}，记者昨日从有关部门获悉，相关准备工作已经就绪，下周起向市民开放。</p>"
        for i, h in enumerate(HEADLINES)
    )
    return document(
        f"{NAV}<h1>青石早报：这十件事今天值得知道</h1><p>2026-03-18 07:00</p><div>{items}</div>{FOOT}",
        title="青石早报：这十件事今天值得知道",
    )


def list_in_script() -> str:
    stories = [
        {"title": h, "content": f"{h}，记者昨日从有关部门获悉，相关准备工作已经就绪，下周起向市民开放，详情请看报道。"}
        for h in HEADLINES
    ]
    return document(f"{NAV}<div id=app></div><script>window.__STATE__={json.dumps({'list': stories})}</script>{FOOT}")


def gone() -> str:
    return document(
        f"{NAV}<div class=err><h2>404</h2><p>抱歉，您访问的页面不存在或已被删除，五秒后自动返回首页。</p></div>{RELATED}{FOOT}",
        title="404_青石新闻网",
    )


def behind_a_door() -> str:
    return document(
        f"{NAV}<div><p>为了保护您的账户安全，请先登录，再继续浏览全文。</p></div>{FOOT}", title="登录_青石新闻网"
    )


NO_ARTICLES: tuple[Callable[[], str], ...] = (
    gone,
    behind_a_door,
    list_in_script,
    built_by_script,
    framed,
    list_of_links,
    list_with_summaries,
    front_page,
)
