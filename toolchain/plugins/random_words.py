"""The words that pet names are made of; picked for this project: short, plain and friendly."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ADVERBS = _words(
    "calmly cheerfully clearly closely deeply duly early easily evenly fairly freely freshly fully gently gladly "
    "greatly happily highly honestly keenly kindly largely lightly loudly mildly mostly nearly neatly newly "
    "nicely openly partly plainly promptly proudly quickly quietly rarely readily richly safely slowly smoothly "
    "softly steadily strongly surely swiftly truly usually warmly widely wisely"
)

ADJECTIVES = _words(
    "agile amber ample azure bold brave breezy bright brisk calm candid careful cheery clear clever copper cosy "
    "crisp curious daring deft eager earnest easy fair fearless fleet fond frank fresh friendly frosty gentle "
    "glad gleaming golden graceful grand green handy happy hardy hopeful humble ivory jolly keen kind lively "
    "loyal lucky lunar mellow merry mild misty modest neat nimble noble patient placid plucky polite proud quick "
    "quiet ready rosy royal rustic serene sharp silver sincere sleek smooth snowy solar spry steady sturdy sunny "
    "swift tidy tranquil trusty upbeat vivid warm wise witty young"
)

NAMES = _words(
    "albatross alpaca ant antelope armadillo avocet badger bat bear beaver bee beetle bison blackbird bobcat "
    "buffalo bumblebee bunting butterfly camel caribou cat chaffinch chamois cheetah chinchilla chipmunk "
    "cormorant crab crane cricket crow cuckoo curlew deer dipper dolphin donkey dormouse dove dragonfly duck "
    "dunlin eagle egret eider elephant elk emu falcon ferret finch firefly flamingo fox frog gannet gazelle gecko "
    "gibbon giraffe goat goldfinch goose grasshopper grebe guillemot gull hare hawk hedgehog heron hoopoe horse "
    "hummingbird ibex ibis iguana impala jackdaw jay kangaroo kestrel kingfisher kite kiwi koala kudu ladybird "
    "lapwing lark lemur leopard linnet lion lizard llama lobster lynx magpie manatee marmot marten meerkat mole "
    "mongoose moose moth mouse narwhal newt nightingale nuthatch ocelot octopus okapi oryx osprey ostrich otter "
    "owl oyster panda panther parrot partridge peacock pelican penguin pheasant pigeon pika plover pony porcupine "
    "porpoise puffin puma quail rabbit raccoon raven reindeer robin rook salmon sandpiper seahorse seal shrew "
    "siskin skua snail sparrow squid squirrel starfish starling stoat stork swallow swan swift tapir teal tern "
    "thrush tiger toad tortoise toucan trout turtle vole wagtail wallaby walrus warbler weasel whale whimbrel "
    "wolf wombat woodpecker wren yak zebra"
)
