"""Chinese surnames and given-name characters with their pinyin. Data only."""

# The commonest first, so that a low index is a common name.
SURNAMES = (
    ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"),
    ("杨", "yang"), ("黄", "huang"), ("赵", "zhao"), ("吴", "wu"), ("周", "zhou"),
    ("徐", "xu"), ("孙", "sun"), ("马", "ma"), ("朱", "zhu"), ("胡", "hu"),
    ("郭", "guo"), ("何", "he"), ("林", "lin"), ("高", "gao"), ("罗", "luo"),
    ("郑", "zheng"), ("梁", "liang"), ("谢", "xie"), ("宋", "song"), ("唐", "tang"),
    ("许", "xu"), ("韩", "han"), ("冯", "feng"), ("邓", "deng"), ("曹", "cao"),
    ("彭", "peng"), ("曾", "zeng"), ("肖", "xiao"), ("田", "tian"), ("董", "dong"),
    ("潘", "pan"), ("袁", "yuan"), ("蔡", "cai"), ("蒋", "jiang"), ("余", "yu"),
    ("于", "yu"), ("杜", "du"), ("叶", "ye"), ("程", "cheng"), ("魏", "wei"),
    ("苏", "su"), ("吕", "lv"), ("丁", "ding"), ("任", "ren"), ("卢", "lu"),
    ("姚", "yao"), ("沈", "shen"), ("钟", "zhong"), ("姜", "jiang"), ("崔", "cui"),
    ("谭", "tan"), ("陆", "lu"), ("范", "fan"), ("汪", "wang"), ("廖", "liao"),
    ("石", "shi"), ("金", "jin"), ("韦", "wei"), ("贾", "jia"), ("夏", "xia"),
    ("欧阳", "ouyang"), ("上官", "shangguan"), ("诸葛", "zhuge"),
)  # fmt: skip

GIVEN = (
    ("伟", "wei"), ("芳", "fang"), ("娜", "na"), ("敏", "min"), ("静", "jing"),
    ("丽", "li"), ("强", "qiang"), ("磊", "lei"), ("军", "jun"), ("洋", "yang"),
    ("勇", "yong"), ("艳", "yan"), ("杰", "jie"), ("娟", "juan"), ("涛", "tao"),
    ("明", "ming"), ("超", "chao"), ("霞", "xia"), ("平", "ping"), ("刚", "gang"),
    ("文", "wen"), ("辉", "hui"), ("玲", "ling"), ("慧", "hui"), ("鑫", "xin"),
    ("建", "jian"), ("华", "hua"), ("国", "guo"), ("海", "hai"), ("晓", "xiao"),
    ("雪", "xue"), ("梅", "mei"), ("婷", "ting"), ("宇", "yu"), ("浩", "hao"),
    ("然", "ran"), ("子", "zi"), ("涵", "han"), ("轩", "xuan"), ("梓", "zi"),
    ("萱", "xuan"), ("一", "yi"), ("诺", "nuo"), ("思", "si"), ("远", "yuan"),
    ("佳", "jia"), ("琪", "qi"), ("博", "bo"), ("雅", "ya"), ("欣", "xin"),
    ("怡", "yi"), ("俊", "jun"), ("天", "tian"), ("宁", "ning"), ("玉", "yu"),
    ("兰", "lan"), ("凯", "kai"), ("健", "jian"), ("莉", "li"), ("云", "yun"),
    ("飞", "fei"), ("鹏", "peng"), ("晨", "chen"), ("阳", "yang"), ("瑞", "rui"),
    ("嘉", "jia"), ("倩", "qian"), ("颖", "ying"), ("琳", "lin"), ("洁", "jie"),
    ("志", "zhi"), ("新", "xin"), ("红", "hong"), ("波", "bo"), ("斌", "bin"),
    ("峰", "feng"), ("龙", "long"), ("帅", "shuai"), ("亮", "liang"), ("丹", "dan"),
)  # fmt: skip
